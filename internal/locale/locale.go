// Package locale finds languages and countries by what people and systems write for them.
package locale

import (
	"fmt"
	"strings"

	lang "golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Main is a language without its country: zh of zh-tw.
func Main(language string) string {
	m, _, _ := strings.Cut(language, "-")
	return m
}

// byName are languages by what they are called, in English and by those who speak them.
var byName = func() map[string]string {
	out := map[string]string{}
	english := display.English.Languages()
	for _, t := range display.Supported.Tags() {
		base, _ := t.Base()
		tag := lang.Make(base.String())
		for _, name := range []string{english.Name(tag), display.Self.Name(tag)} {
			if name != "" {
				out[strings.ToLower(name)] = base.String()
			}
		}
	}
	return out
}()

// bibliographic are the short forms of three letters that are not those of the language's own
// name (ISO 639-2/B).
var bibliographic = map[string]string{"alb": "sq", "arm": "hy", "baq": "eu", "bur": "my", "chi": "zh", "cze": "cs", "dut": "nl",
	"fre": "fr", "geo": "ka",
	"ger": "de", "gre": "el", "ice": "is", "mac": "mk", "mao": "mi", "may": "ms", "per": "fa", "rum": "ro", "slo": "sk", "tib": "bo",
	"wel": "cy"}

// Language is the short form of a language: of its name, and as systems write it (de_DE).
func Language(s string) string {
	s = strings.ToLower(s)
	if short := byName[s]; short != "" {
		return short
	}
	s = strings.ReplaceAll(s, "_", "-")
	if short := bibliographic[Main(s)]; short != "" {
		return strings.Replace(s, Main(s), short, 1)
	}
	if base, err := lang.ParseBase(Main(s)); err == nil && base.String() != "und" { // deu, ger: de
		return strings.Replace(s, Main(s), base.String(), 1)
	}
	return s
}

// Country is the short form of a country: DE of de, DEU.
func Country(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	r, err := lang.ParseRegion(strings.ToUpper(s))
	if err != nil || !r.IsCountry() {
		return "", fmt.Errorf("country: %q is no country's short form such as US, CN or DE (ISO 3166)", s)
	}
	return r.Canonicalize().String(), nil
}

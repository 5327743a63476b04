package compose

import (
	"fmt"
	"strings"

	"magpie/internal/network"
	"magpie/internal/outbox"
	"magpie/internal/people"
	"magpie/internal/render"
	"magpie/internal/workspace"
)

// words renders the post's text, and returns the language it is in.
func words(set *workspace.Set, p *outbox.Post, s *workspace.Step, a *workspace.Account, v render.Values) (text, language string,
	err error) {
	language = v.Language
	if p.Text != "" {
		if text, err = Fixed(p.Text, v); err != nil {
			return "", "", err
		}
	} else {
		x := variant(set.Templates[p.Template], v.Language, a.Language, p)
		if x == nil {
			return "", "", fmt.Errorf("the template %s has no text in %s or %s", p.Template, v.Language, a.Language)
		}
		v.Language, language = x.Language, x.Language
		if text, err = x.Render(v); err != nil {
			return "", "", err
		}
	}
	if s != nil && !p.Exempt {
		text = workspace.Disclosed(s.Campaign, text)
	}
	return text, language, nil
}

// Fixed fills in somebody's own words. Those that were written down before fields
// had two braces have one.
func Fixed(words string, v render.Values) (string, error) {
	if t := render.Fixed(words); t != nil {
		return t.Render(v)
	}
	return strings.NewReplacer("{code}", v.Code, "{link}", v.Link, "{name}", render.SafeName(v.Name, v.Handle)).Replace(words), nil
}

func draft(p *outbox.Post, a *workspace.Account, text, language string) network.Draft {
	d := network.Draft{Text: text, Language: language, Unlisted: a.Unlisted, Direct: p.Kind == outbox.Direct || p.Private}
	if p.Kind == outbox.Direct || p.Kind == outbox.Answer {
		to := people.Decode(p.Recipient)
		d.To, d.ReplyTo = &to, network.Ref(p.Ref)
	}
	return d
}

// Marks are how an answer is marked as AI-made, by language.
var Marks = map[string]string{"en": "🤖 AI reply", "zh": "（内容由AI生成）"}

// SpeaksOfCode tells whether somebody's own words have a code or a link to fill in.
func SpeaksOfCode(words string) bool {
	t := render.Fixed(words)
	return t != nil && (t.Uses("code") || t.Uses("link") || t.Uses("value") || t.Uses("until"))
}

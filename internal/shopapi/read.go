package shopapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"magpie/internal/money"
	"magpie/internal/people"
)

// read takes a call's body in.
func (c *call) read() answer {
	if strings.ContainsFunc(c.req.URL.Path, unicode.IsControl) {
		return bad("the address has signs in it that can't be seen")
	}
	if c.req.Body == nil || c.req.Method == http.MethodGet {
		return answer{}
	}
	body, err := io.ReadAll(io.LimitReader(c.req.Body, bodyMost+1))
	switch {
	case err != nil:
		return bad("the body can't be read to its end")
	case len(body) > bodyMost:
		return problem(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("a body has %d KB at most", bodyMost>>10))
	}
	c.body = body
	return answer{}
}

func bad(format string, args ...any) answer {
	return problem(http.StatusBadRequest, "bad_request", fmt.Sprintf(format, args...))
}

// into reads the body as JSON. A word that is not known is a mistake: it would be lost.
func (c *call) into(v any) (answer, bool) {
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if _, rest := d.Token(); err == nil && !errors.Is(rest, io.EOF) {
		err = errors.New("more follows behind it")
	}
	if err == nil && bytes.Contains(c.body, []byte(`\u0000`)) {
		err = errors.New("there are signs in it that can't be seen")
	}
	if err != nil {
		return bad("the body: %s", inWords(err)), false
	}
	return answer{}, true
}

// inWords says what is wrong with JSON, without the names of our types.
func inWords(err error) string {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	var said *fieldError
	text := err.Error()
	switch {
	case errors.As(err, &said):
		return said.text
	case errors.As(err, &kind):
		field := kind.Field[strings.LastIndex(kind.Field, ".")+1:]
		if field == "" {
			return "an object belongs there, as {\"order\": …}"
		}
		return fmt.Sprintf("%q is a %s, which is not what belongs there", field, kind.Value)
	case errors.As(err, &syntax):
		return fmt.Sprintf("it is no JSON: character %d", syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it is no JSON: it ends too early"
	case strings.HasPrefix(text, "json: unknown field "):
		return "there is no field " + strings.TrimPrefix(text, "json: unknown field ")
	}
	return text
}

// fieldError is a mistake that one of our own readers has found.
type fieldError struct{ text string }

// Error says it.
func (f *fieldError) Error() string { return f.text }

// amount is one as a shop writes it: "899.00" or 899.00. It is never a float.
type amount string

var numeral = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,6})?$`)

// UnmarshalJSON takes a text and a number.
func (a *amount) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if text == "null" {
		return nil
	}
	if !numeral.MatchString(text) {
		return &fieldError{fmt.Sprintf("%s is no amount such as \"899.00\"", short(string(b)))}
	}
	*a = amount(text)
	return nil
}

// units are an amount in the smallest units of its currency. Decimals of nothing are as good as none: 1500.00 JPY.
func (a amount) units(unit string) (int64, error) {
	text := string(a)
	if whole, cents, has := strings.Cut(text, "."); has && strings.Trim(cents, "0") == "" {
		text = whole
	}
	return money.Units(text, unit)
}

// moment is a time as ISO 8601 has it.
type moment struct{ time.Time }

// UnmarshalJSON takes a time with its zone.
func (m *moment) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return &fieldError{short(string(b)) + " is no time such as \"2027-11-26T09:00:00+01:00\""}
	}
	m.Time = at
	return nil
}

// short is a value as it is said in a message.
func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// signs are by what a shop says who somebody is.
type signs struct {
	Customer string            `json:"customer"`
	Email    string            `json:"email"`
	Phone    string            `json:"phone"`
	Handles  map[string]string `json:"handles"` // by network
}

// identities are those in the form in which they are kept; an address or number that can't be one says nothing.
func (c *call) identities(s signs) (all []people.Identity, err error) {
	if s.Handles == nil {
		s.Handles = map[string]string{}
	}
	networks := c.Acts.Book.Identities()
	for net := range s.Handles {
		if !slices.Contains(networks[:len(c.Acts.Book.Kinds)], net) {
			return nil, &fieldError{fmt.Sprintf("handles: there is no network %q", short(net))}
		}
	}
	for _, net := range networks {
		text := map[string]string{people.ByCustomer: s.Customer, people.ByEmail: s.Email, people.ByPhone: s.Phone}[net]
		if handle := people.FoldOn(net, text+s.Handles[net]); handle != "" {
			err := c.Acts.Book.CheckHandle(net, handle)
			switch {
			case err == nil:
				all = append(all, people.Identity{Network: net, Handle: handle})
			case net != people.ByEmail && net != people.ByPhone:
				return nil, &fieldError{err.Error()}
			}
		}
	}
	return all, nil
}

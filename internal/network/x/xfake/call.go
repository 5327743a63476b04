package xfake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is one request to the API.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	route  *route
	body   []byte
	query  url.Values
	way    way
	me     *user // whose token it is; nil for the app
	scopes []string
	status int // of the answer; 0 means 200
}

func newCall(w http.ResponseWriter, r *http.Request, to *route) (*call, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return &call{w: w, r: r, route: to, body: body, query: r.URL.Query()}, nil
}

// list is a query parameter with commas.
func (c *call) list(name string) []string {
	if c.query.Get(name) == "" {
		return nil
	}
	return strings.Split(c.query.Get(name), ",")
}

// number is a query parameter, or its default, or a refusal.
func (c *call) number(name string, standard, least, most int) (int, error) {
	text := c.query.Get(name)
	if text == "" {
		return standard, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, invalid(name, text, "The `%s` query parameter value [%s] is not between %d and %d", name, text, least, most)
	}
	return n, nil
}

// instant is a query parameter that is a time, or the zero time.
func (c *call) instant(name string) (time.Time, error) {
	text := c.query.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, invalid(name, text, "Invalid '%s':'%s'. must be a valid RFC3339 date-time", name, text)
	}
	return at, nil
}

// id is a query parameter that is an id, or "".
func (c *call) id(name string) (string, error) {
	text := c.query.Get(name)
	if text != "" && !isID(text) {
		return "", invalid(name, text, "The `%s` query parameter value [%s] does not match ^[0-9]{1,19}$", name, text)
	}
	return text, nil
}

var unknownField = regexp.MustCompile(`unknown field "(.*)"`)

// decode reads the JSON body into v; a field that v has not is refused.
func (c *call) decode(v any) error {
	if !strings.HasPrefix(c.r.Header.Get("Content-Type"), "application/json") {
		return invalid("", "", "Request body must be a JSON object.")
	}
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if m := unknownField.FindStringSubmatch(fmt.Sprint(err)); m != nil {
		return invalid("", "", "$.%s: is not defined in the schema and the schema does not allow additional properties", m[1])
	}
	if err == nil && d.Decode(new(any)) != io.EOF { //nolint:errorlint // the very error
		err = errors.New("more than one value")
	}
	if err != nil {
		return invalid("", "", "The request body is not valid JSON: %v", err)
	}
	return nil
}

// checkQuery refuses parameters that the route has not, and fields that nobody has.
func (s *Server) checkQuery(c *call) error {
	known := strings.Fields(s.rename(c.route.params))
	for name, values := range c.query {
		value := strings.Join(values, ",")
		if !slices.Contains(known, name) {
			return invalid(name, value, "The query parameter [%s] is not one of [%s]", name, strings.Join(known, ","))
		}
		fields := strings.Fields(s.rename(fieldNames[s.unname(name)]))
		for _, each := range strings.Split(value, ",") {
			if len(fields) > 0 && !slices.Contains(fields, each) {
				return invalid(name, value, "The `%s` query parameter value [%s] is not one of [%s]", name, each, strings.Join(fields, ","))
			}
		}
	}
	return nil
}

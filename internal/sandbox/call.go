package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Limits of a body, in bytes.
const (
	maxForm   = 1 << 20
	maxUpload = imageLimit + maxForm
)

// call is one request to the API and what the answer's header will say.
type call struct {
	w      http.ResponseWriter
	r      *http.Request
	me     *account // nil for anybody, or for an app
	token  string
	params url.Values // of the query and the body; "[]" is taken off the names
	status int        // of the answer; 0 means 200
}

// problem is an answer that is no success.
type problem struct {
	status int
	text   string
}

func (p *problem) Error() string { return p.text }

func fail(status int, format string, args ...any) error {
	return &problem{status: status, text: fmt.Sprintf(format, args...)}
}

var errNotFound = fail(http.StatusNotFound, "Record not found")

func unprocessable(format string, args ...any) error {
	return fail(http.StatusUnprocessableEntity, "Validation failed: "+format, args...)
}

func (c *call) get(name string) string { return c.params.Get(name) }

func (c *call) flag(name string) bool {
	v := c.get(name)
	return v == "true" || v == "1" || v == "on"
}

// number is the parameter, or its default, and at most limit.
func (c *call) number(name string, standard, limit int) int {
	n, err := strconv.Atoi(c.get(name))
	if err != nil || n <= 0 {
		n = standard
	}
	return min(n, limit)
}

// readParams collects the query and the body, form or JSON.
func (c *call) readParams() error {
	c.params = url.Values{}
	add(c.params, c.r.URL.Query())
	limit := int64(maxForm)
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		limit = maxUpload
	}
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, limit)
	switch kind {
	case "application/json":
		return c.readJSON()
	case "multipart/form-data":
		if err := c.r.ParseMultipartForm(limit); err != nil {
			return badBody(err)
		}
		add(c.params, c.r.MultipartForm.Value)
	case "application/x-www-form-urlencoded":
		return c.readForm()
	}
	return nil
}

func (c *call) readForm() error {
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return badBody(err)
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return badBody(err)
	}
	add(c.params, values)
	return nil
}

func (c *call) readJSON() error {
	d := json.NewDecoder(c.r.Body)
	d.UseNumber()
	var body map[string]any
	if err := d.Decode(&body); err != nil && !errors.Is(err, io.EOF) {
		return badBody(err)
	}
	for name, value := range body {
		flatten(c.params, name, value)
	}
	return nil
}

func badBody(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fail(http.StatusRequestEntityTooLarge, "Payload too large")
	}
	return fail(http.StatusBadRequest, "There was an error parsing the request body")
}

func add(to url.Values, from url.Values) {
	for name, values := range from {
		to[strings.TrimSuffix(name, "[]")] = append(to[strings.TrimSuffix(name, "[]")], values...)
	}
}

// flatten writes a JSON value as a form would.
func flatten(to url.Values, name string, value any) {
	switch v := value.(type) {
	case nil:
	case []any:
		for _, each := range v {
			flatten(to, name, each)
		}
	case map[string]any:
		for key, each := range v {
			flatten(to, name+"["+key+"]", each)
		}
	default:
		to.Add(name, fmt.Sprint(v))
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":"the sandbox can't write its answer"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone needs no answer
}

func writeProblem(w http.ResponseWriter, err error) {
	var p *problem
	if !errors.As(err, &p) {
		p = &problem{http.StatusInternalServerError, err.Error()}
	}
	writeJSON(w, p.status, object{"error": p.text})
}

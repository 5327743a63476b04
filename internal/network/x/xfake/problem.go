package xfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// object is a JSON object.
type object map[string]any

const problemsAt = "https://api.twitter.com/2/problems/"

// problem is an answer that is no success.
type problem struct {
	status int
	body   object
}

func (p *problem) Error() string { return fmt.Sprint(p.status, " ", p.body["detail"]) }

// plain is a problem of type about:blank, as X's oldest parts answer.
func plain(status int, detail string) *problem {
	return &problem{status, object{"title": http.StatusText(status), "detail": detail, "type": "about:blank", "status": status}}
}

// typed is a problem of a kind that the documentation names.
func typed(status int, kind, title, detail string) *problem {
	return &problem{status, object{"title": title, "detail": detail, "type": problemsAt + kind, "status": status}}
}

// Problem is the body of a problem, for a Rule: kind is the end of its type,
// "" for about:blank.
func Problem(status int, kind, detail string) string {
	p := plain(status, detail)
	if kind != "" {
		p = typed(status, kind, http.StatusText(status), detail)
	}
	text, _ := json.Marshal(p.body) // strings and a number can't fail
	return string(text)
}

// invalid is the refusal of parameters or of a body.
func invalid(parameter, value, format string, args ...any) *problem {
	each := object{"message": fmt.Sprintf(format, args...)}
	if parameter != "" {
		each["parameters"] = object{parameter: strings.Split(value, ",")}
	}
	return &problem{http.StatusBadRequest, object{
		"errors": []object{each}, "title": "Invalid Request", "type": problemsAt + "invalid-request",
		"detail": "One or more parameters to your request was invalid.",
	}}
}

func notFound() *problem { return plain(http.StatusNotFound, "Not Found") }

func unauthorized() *problem { return plain(http.StatusUnauthorized, "Unauthorized") }

func forbidden(detail string) *problem { return plain(http.StatusForbidden, detail) }

// missing is one thing that was asked for and is not there; it stands alone, or
// in errors[] beside what is there.
func missing(what, parameter, id string) object {
	return object{
		"title": "Not Found Error", "type": problemsAt + "resource-not-found", "resource_type": what, "resource_id": id,
		"parameter": parameter, "value": id, "detail": fmt.Sprintf("Could not find %s with %s: [%s].", what, parameter, id),
	}
}

// gone is missing as an answer of its own.
func gone(what, parameter, id string) *problem {
	body := missing(what, parameter, id)
	body["status"] = http.StatusNotFound
	return &problem{http.StatusNotFound, body}
}

// lookedUp is how a look-up answers that found nothing: 200 with errors, or 404.
func (s *Server) lookedUp(what, parameter, id string) (any, error) {
	if s.options.NotFound404 {
		return nil, gone(what, parameter, id)
	}
	return object{"errors": []object{missing(what, parameter, id)}}, nil
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"title":"the fake can't write its answer"}`)
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone needs no answer
}

func writeProblem(w http.ResponseWriter, err error) {
	var p *problem
	if !errors.As(err, &p) {
		p = plain(http.StatusInternalServerError, err.Error())
	}
	w.Header().Set("Content-Type", "application/problem+json")
	writeJSON(w, p.status, p.body)
}

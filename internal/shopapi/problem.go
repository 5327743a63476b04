package shopapi

import (
	"errors"
	"net/http"

	"magpie/internal/coupon"
	"magpie/internal/orders"
	"magpie/internal/people"
)

// Problem is why a call did not do what it asks (RFC 9457). Code is for programs, and stays as it is; Detail is for people.
type Problem struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Code    string `json:"code"`
	Detail  string `json:"detail"`
	Request string `json:"request_id"`
}

func problem(status int, code, detail string) answer {
	return answer{status: status, body: &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code,
		Detail: detail}}
}

// broken is the answer when something fails that the caller can't mend. What it was stands in our log.
func broken(err error) answer {
	a := problem(http.StatusInternalServerError, "internal",
		"something failed here; nothing was done: repeat the call, and if it fails again, tell "+
			"us the request_id")
	a.err = err
	return a
}

// codes of refusals that are about something as it is now: another call may change it.
var conflicts = map[string]bool{"locked": true, "used_up": true, "differs": true, "already_rolled_back": true, "not_locked": true,
	"refund_too_large": true, "cancelled": true}

// refusal is what a caller learns who may know the reason.
func refusal(r *coupon.Refusal) answer {
	switch {
	case r.Reason == "unknown":
		return unknownCode()
	case r.Reason == "unknown_order":
		return problem(http.StatusNotFound, r.Reason, r.Text)
	case conflicts[r.Reason]:
		return problem(http.StatusConflict, r.Reason, r.Text)
	}
	return problem(http.StatusUnprocessableEntity, r.Reason, r.Text)
}

// unknownCode is the same for a code that there is not and for one that the caller may not know of.
func unknownCode() answer { return problem(http.StatusNotFound, "not_found", "there is no such code") }

// failed tells what the caller can mend from what broke here.
func failed(err error) answer {
	var refused *orders.Refused
	var facts *people.ErrFacts
	switch {
	case errors.As(err, &facts):
		return problem(http.StatusBadRequest, "bad_request", facts.Text)
	case !errors.As(err, &refused):
		return broken(err)
	case refused.Code == "bad_request":
		return problem(http.StatusBadRequest, refused.Code, refused.Text)
	case refused.Code == "not_found":
		return problem(http.StatusNotFound, refused.Code, refused.Text)
	case conflicts[refused.Code]:
		return problem(http.StatusConflict, refused.Code, refused.Text)
	}
	return problem(http.StatusUnprocessableEntity, refused.Code, refused.Text)
}

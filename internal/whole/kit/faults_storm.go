package kit

import (
	"net/http"
	"slices"
	"time"
)

// Refused are the calls that were answered with 429.
func (g *gate) Refused(method string) []Call {
	return g.Sees(func(c Call) bool {
		return c.status == http.StatusTooManyRequests && (method == "" || c.method == method)
	})
}

// Early are the calls of an account that came although it had been told, more
// than a moment before, to wait for so long with such calls.
func (g *gate) Early(wait time.Duration) []Call {
	told := g.Refused("")
	return g.Sees(func(c Call) bool {
		return slices.ContainsFunc(told, func(x Call) bool {
			return x.Account == c.Account && x.method == c.method && c.At.After(x.At.Add(time.Second/2)) && c.At.Before(x.At.Add(wait-time.Second/2))
		})
	})
}

package store

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Each makes of values, which must be structs, the argument of json_each: a statement over
//
//	json_each($1) j
//
// does for all of them what it would do for each, on SQLite and on Postgres alike; j.value ->> 'name' is a field, as text on
// Postgres, so that numbers are CAST. It is an object by number, which both databases take apart in the same way.
func Each[T any](values []T) (string, error) {
	var out strings.Builder
	out.WriteByte('{')
	for i, v := range values {
		if i > 0 {
			out.WriteByte(',')
		}
		one, err := json.Marshal(v)
		if err != nil {
			return "", err
		}
		out.WriteByte('"')
		out.WriteString(strconv.Itoa(i))
		out.WriteString(`":`)
		_, _ = noNUL.WriteString(&out, string(one)) // a Builder takes everything
	}
	out.WriteByte('}')
	return out.String(), nil
}

// noNUL takes what stands for NUL in JSON away: Postgres has no such text, and clean takes it from other arguments, too. Two
// backslashes are one, and what follows them stands for itself.
var noNUL = strings.NewReplacer(`\\`, `\\`, `\u0000`, "")

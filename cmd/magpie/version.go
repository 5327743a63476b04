package main

import (
	_ "embed"
	"strings"
)

// stamp is the version and, in what “git archive” gives out, commit and day.
//
//go:embed VERSION
var stamp string

// built is the commit and its day where the program is built from a clone (see Makefile).
var built string

// version names version, commit and day.
func version() string {
	number, rest, _ := strings.Cut(strings.TrimSpace(stamp), " ")
	if strings.HasPrefix(rest, "$Format") {
		rest = built
	}
	if rest == "" {
		return number
	}
	return number + " (" + rest + ")"
}

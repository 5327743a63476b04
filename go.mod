module magpie

go 1.26.8

require (
	github.com/agnivade/levenshtein v1.2.2
	github.com/clipperhouse/uax29/v2 v2.7.0
	github.com/coder/websocket v1.8.15
	github.com/expr-lang/expr v1.17.8
	github.com/peterhellberg/link v1.2.0
	github.com/tmaxmax/go-sse v0.11.0
	golang.org/x/net v0.62.0
	golang.org/x/text v0.43.0
)

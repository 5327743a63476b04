package network

import (
	"fmt"
	"log/slog"
)

const dots = "•••"

// Secret is a token or password. However it is printed, it prints dots.
type Secret string

// String prints dots.
func (Secret) String() string { return dots }

// Format prints dots, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, dots) }

// MarshalText writes dots, in JSON and YAML too.
func (Secret) MarshalText() ([]byte, error) { return []byte(dots), nil }

// LogValue logs dots.
func (Secret) LogValue() slog.Value { return slog.StringValue(dots) }

// Reveal gives the secret itself: only for the bytes that go to the network.
func (s Secret) Reveal() string { return string(s) }

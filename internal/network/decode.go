package network

import (
	"encoding/json"
	"errors"
)

// Bounds of an answer: lists and objects in all, and one within another. A page of a network has some thousands.
const (
	maxValues = 100_000
	maxDepth  = 100
)

// Decode reads an answer's JSON into out. An answer that would fill the memory is an error: many empty objects take a hundred times the
// room of their text.
func Decode(body []byte, out any) error {
	if !bounded(body) {
		return errors.New("the answer has more parts than any network's")
	}
	return json.Unmarshal(body, out)
}

// bounded counts lists, objects and their members, outside of texts.
func bounded(body []byte) bool {
	values, depth, text := 0, 0, false
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case text && b == '\\':
			i++
		case b == '"':
			text = !text
		case text:
		case b == '{' || b == '[':
			values++
			depth++
		case b == '}' || b == ']':
			depth--
		case b == ',':
			values++
		}
		if values > maxValues || depth > maxDepth {
			return false
		}
	}
	return true
}

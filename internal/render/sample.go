package render

import (
	"strings"
	"time"
)

// Sample returns values as long as they can get: a text that fits with these
// fits with any person's. code and link are the offer's longest, if known.
func Sample(code, link string) Values {
	return Values{
		Name: strings.Repeat("名", nameLength), Handle: "somebody@social.example", City: strings.Repeat("城", nameLength),
		Code: code, Link: link, Value: "30%", Until: time.Date(2027, 11, 29, 23, 59, 0, 0, time.UTC),
		Language: "en",
	}
}

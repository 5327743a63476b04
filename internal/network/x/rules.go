package x

import (
	"regexp"
	"slices"
	"strings"

	"magpie/internal/network"
)

// anyName is what X takes for a name (twitter-text, validMentionPrecedingChars).
var (
	anyName = regexp.MustCompile(`(?:^|[^a-zA-Z0-9_!#$%&*@＠])[@＠]([A-Za-z0-9_]{1,20})`)
	cashtag = regexp.MustCompile(`(?:^|\s)\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?\b`)
)

// check looks at X's rules: a model's words need X's approval (X automation rules),
// and posts that answer nobody name nobody and have one cashtag at most (X
// developer guidelines).
func check(d network.Draft, s network.Settings) *network.Finding {
	if d.AI && chosen(s).AIApproval == "" {
		return &network.Finding{Rule: "ai-approval", Text: "a model has worded it"}
	}
	if d.To != nil {
		return nil
	}
	for _, m := range anyName.FindAllStringSubmatch(withoutLinks(d.Text), -1) {
		if !strings.EqualFold(m[1], s.Handle) {
			return &network.Finding{Rule: "no-names", Text: "the text mentions @" + m[1]}
		}
	}
	if len(cashtag.FindAllString(d.Text, -1)) > 1 {
		return &network.Finding{Rule: "one-cashtag", Text: "the text has more than one cashtag"}
	}
	return nil
}

// withoutLinks is a text without its links, which may have names in them.
func withoutLinks(text string) string {
	for _, at := range slices.Backward(links(text)) {
		text = text[:at[0]] + " " + text[at[1]:]
	}
	return text
}

package x

import (
	"regexp"

	"magpie/internal/network"
)

var (
	anyName = regexp.MustCompile(`(?:^|[^\p{L}\p{N}_@＠/.])[@＠]([A-Za-z0-9_]{1,15})`)
	cashtag = regexp.MustCompile(`(?:^|\s)\$[A-Za-z]{1,6}(?:[._][A-Za-z]{1,2})?\b`)
)

// check looks at X's rules: a model's words need X's approval (X automation rules),
// and posts that answer nobody name nobody and have one cashtag at most (X
// developer guidelines).
func check(d network.Draft, s network.Settings) *network.Finding {
	if d.AI && s.AIApproval == "" {
		return &network.Finding{Rule: "ai-approval", Text: "a model has worded it"}
	}
	if d.To != nil {
		return nil
	}
	for _, m := range anyName.FindAllStringSubmatch(d.Text, -1) {
		if m[1] != s.Handle {
			return &network.Finding{Rule: "no-names", Text: "the text names @" + m[1]}
		}
	}
	if len(cashtag.FindAllString(d.Text, -1)) > 1 {
		return &network.Finding{Rule: "one-cashtag", Text: "the text has more than one cashtag"}
	}
	return nil
}

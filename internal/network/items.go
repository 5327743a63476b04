package network

import "encoding/json"

// Items reads a list item by item: one that can't be read takes no other with
// it. lost is how many those are.
func Items[T any](all []json.RawMessage) (items []T, lost int) {
	for _, raw := range all {
		var one T
		if json.Unmarshal(raw, &one) != nil {
			lost++
			continue
		}
		items = append(items, one)
	}
	return items, lost
}

// Unread is the failure for items of Events that can't be read; nil for none.
func Unread(lost int, what, who string) error {
	if lost == 0 {
		return nil
	}
	f := Fail(Partly, "%d %s of %s can't be read: look there yourself", lost, what, who)
	f.Lost = true
	return f
}

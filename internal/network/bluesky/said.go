package bluesky

import "encoding/json"

// said is what we read of somebody's post. Its author may have put anything
// into it: each part is taken if it has the right shape, and else left out.
type said struct {
	Text  string
	Langs []string
	Reply *reply
	DIDs  []string // whom it names
}

// UnmarshalJSON never fails, so that one strange post does not stop the others.
func (s *said) UnmarshalJSON(b []byte) error {
	var parts map[string]json.RawMessage
	_ = json.Unmarshal(b, &parts)
	_ = json.Unmarshal(parts["text"], &s.Text)
	_ = json.Unmarshal(parts["langs"], &s.Langs)
	var r reply
	if json.Unmarshal(parts["reply"], &r) == nil && r.Parent.URI != "" {
		s.Reply = &r
	}
	var facets []struct {
		Features []json.RawMessage `json:"features"`
	}
	_ = json.Unmarshal(parts["facets"], &facets)
	for _, f := range facets {
		for _, raw := range f.Features {
			var x feature
			if json.Unmarshal(raw, &x) == nil && x.DID != "" {
				s.DIDs = append(s.DIDs, x.DID)
			}
		}
	}
	return nil
}

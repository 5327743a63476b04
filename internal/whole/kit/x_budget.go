package kit

// SentOf is how many of these steps are out.
func (s *Shop) SentOf(steps []string) int {
	return Count(steps, func(step string) bool { return s.State(step) == "sent" })
}

package kit

import (
	"strings"
	"time"

	"magpie/internal/sandbox"
)

// Hears says something to a shop and returns it as the network has it.
func (s *Shop) Hears(who, text string, to ...string) sandbox.Status {
	x, _ := s.Net.Status(s.Net.Person(who).Say(text, to...))
	return x
}

// Answers are those of our accounts to a status.
func (s *Shop) Answers(m sandbox.Status, accounts ...string) (out []sandbox.Status) {
	for _, x := range s.Timeline(accounts...) {
		if x.InReplyTo == m.ID {
			out = append(out, x)
		}
	}
	return out
}

// Mention is the inbox's row of a status.
func (s *Shop) Mention(m sandbox.Status) Row {
	s.T.Helper()
	for _, r := range s.Read(`SELECT * FROM mentions WHERE item = $1`, m.URI) {
		return r
	}
	return Row{}
}

// Silence says something and lets the bot look at it.
func (s *Shop) Silence(who, text string, to ...string) sandbox.Status {
	m := s.Hears(who, text, to...)
	s.Once()
	return m
}

// Mailings sends one to the friends of both accounts.
func (s *Shop) Mailings() {
	s.Write("templates/clubmail.en.tmpl", "Members, the oven is warm from four o'clock on.")
	s.Write("campaigns/mail.yaml", "title: Mail\nsteps:\n  mailing: {accounts: "+
		"[shop], at: "+At(2*time.Second)+", to: {segment: friends, by: direct}, say: friends}\n"+
		"  clubmail: {accounts: [club], at: "+At(2*time.Second)+", to: {segment: friends, by: direct}, say: clubmail}\n")
	s.Once()
	s.Until("the mailings are out", func() bool {
		s.Once()
		return strings.Contains(s.State("mailing"), "expanded") && strings.Contains(s.State("clubmail"), "expanded")
	})
	s.Once()
}

// Mailed are those to whom the account has sent a mailing.
func (s *Shop) Mailed(account string) string {
	var to []string
	for _, x := range s.Timeline(account) {
		if x.Visibility == "direct" && x.InReplyTo == "" {
			to = append(to, x.Mentions...)
		}
	}
	return strings.Join(to, " ")
}

package kit

import (
	"fmt"
	"time"

	"magpie/internal/sandbox"
)

// Everything is a fault of all that an account asks of its network.
func Everything(account string, times int, e sandbox.Effect) sandbox.Fault {
	return sandbox.Fault{PathPrefix: "/api/", Account: account, Times: times, What: e}
}

// Several makes n posts of each account due together in a while.
func (s *Shop) Several(from time.Duration, n int, accounts ...string) (steps []string) {
	text := "title: Several\nsteps:\n"
	for _, a := range accounts {
		for i := range n {
			step := fmt.Sprintf("%s-%d", a, i)
			text += fmt.Sprintf("  %s: {accounts: [%s], at: %s, say: %s}\n", step, a, At(from), step)
			s.Write("templates/"+step+".en.tmpl", Phrase(step))
			steps = append(steps, step)
		}
	}
	s.Write("campaigns/several.yaml", text)
	return steps
}

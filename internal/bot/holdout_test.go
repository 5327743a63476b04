
// What is to come is foreseen with those whom attention: leaves out now.
func TestAttentionForeseen(t *testing.T) {
	w := newWorld(t, "2027-11-26 08:00", map[string]string{"magpie.yaml": "attention: 1/week\n", "campaigns/bf.yaml": `title: Black Friday
from: 2027-11-20
until: 2027-12-30
steps:
  one: {accounts: [outlet], at: 2027-11-26 11:00, to: {segment: fans, by: direct}, say: tease}
  two: {accounts: [outlet], at: 2027-11-27 11:00, to: {segment: fans, by: direct}, say: tease}
`})
	w.fans(5, func(int, *network.Person) {})
	w.mails("one", at(t, fanTime))
	all, err := w.Agenda.Forecasts(w.Context(), w.now, w.now.Add(48*time.Hour))
	w.must(err)
	for _, f := range all {
		if f.Post.Step == "two" && (f.To != 0 || f.LeftOut[outbox.HadAttention] != 5) {
			t.Errorf("to %d, left out %v", f.To, f.LeftOut)
		}
	}
}

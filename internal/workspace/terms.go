package workspace

import (
	"fmt"
	"maps"
	"slices"

	"magpie/internal/document"
	"magpie/internal/scalar"
)

// checkTerms looks at what an offer lets its codes be used for.
func checkTerms(d *document.Document, o *Offer) {
	for key, n := range map[string]int{"ever": o.Uses.Ever, "day": o.Uses.Day, "week": o.Uses.Week, "month": o.Uses.Month, "person": o.Uses.Person} {
		place := o.Name + ".uses." + key
		if _, there := d.Keys[place]; n < 1 && there {
			d.Add(place, fmt.Sprintf("%d would allow nothing", n), "write 1 or more; to stop an offer write sold_out: true")
		}
	}
	for key, value := range map[string]string{"on_refund": o.OnRefund, "on_cancel": o.OnCancel} {
		if value != "" && value != "free" && value != "keep" {
			d.Add(o.Name+"."+key, fmt.Sprintf("%q is not known here", value), "write free, and the code can be used again, or keep")
		}
	}
	if o.From.Known() && o.Until.Known() && o.Until.Before(o.From.Time) {
		d.Add(o.Name+".until", "the offer ends before it begins", "")
	}
	amounts := map[string]*scalar.Money{"budget": o.Budget, "least": o.Least, "most": o.Most}
	if o.Discount != nil && o.Discount.Percent == 0 {
		amounts["discount"] = &o.Discount.Money
	}
	first := ""
	for _, key := range slices.Sorted(maps.Keys(amounts)) {
		m := amounts[key]
		if m == nil || m.Currency == "" { // not there, or said when it was read
			continue
		}
		if first == "" {
			first = m.Currency
		}
		if m.Currency != first {
			d.Add(o.Name+"."+key, fmt.Sprintf("%s is not in %s, as the offer's other amounts are", m, first), "make two offers of it")
		}
		if m.Units == 0 {
			d.Add(o.Name+"."+key, "an amount of nothing says nothing", "leave the line out")
		}
	}
	if o.Budget != nil && o.Discount != nil && o.Discount.Percent == 100 {
		d.Add(o.Name+".budget", "of what is free nobody can reckon how much was taken off", "limit it by uses: {ever: 100}, or by most:")
	}
	if o.Most != nil && o.Discount == nil {
		d.Add(o.Name+".most", "there is no discount: of which it is the most", "write discount: 30% beside it")
	}
}

package compose

import "magpie/internal/workspace"

// NoCodesLeft says that an offer has no codes left, and what to do.
func NoCodesLeft(o *workspace.Offer) string {
	text := "the offer " + o.Name + " has no codes left: "
	if o.Codes.Kind == "imported" {
		return text + "magpie coupons import " + o.Name + " FILE.csv"
	}
	return text + "raise its limit: in the files, if more people are to have one"
}

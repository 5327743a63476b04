package orders

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Format says which columns a list of orders has: our words for them, by the words of whoever wrote it.
type Format struct {
	Name    string
	Columns map[string]string // our word: theirs, in lower case
}

// states are as shops write them, with blanks for dashes. What is not paid yet is placed; what never came to be is cancelled.
var states = map[string]State{"": Placed, "placed": Placed, "paid": Placed, "complete": Placed, "completed": Placed, "processing": Placed,
	"fulfilled": Placed, "unfulfilled": Placed, "shipped": Placed, "delivered": Placed, "authorized": Placed, "on hold": Placed, "pending": Placed,
	"pending payment": Placed, "partially paid": Placed, "new": Placed, "open": Placed, "cancelled": Cancelled, "canceled": Cancelled,
	"failed": Cancelled, "voided": Cancelled, "expired": Cancelled, "draft": Cancelled, "checkout draft": Cancelled, "trash": Cancelled,
	"refunded": Refunded, "partially refunded": Partly, "refunded in part": Partly, "已下单": Placed, "待付款": Placed, "已付款": Placed,
	"已发货": Placed, "已完成": Placed, "已取消": Cancelled, "已关闭": Cancelled, "已退款": Refunded, "部分退款": Partly}

// StateOf is the state that a shop writes.
func StateOf(s string) (State, bool) {
	s = strings.NewReplacer("-", " ", "_", " ").Replace(strings.ToLower(strings.TrimSpace(s)))
	state, known := states[strings.TrimPrefix(s, "wc ")]
	return state, known
}

// plain is the list as this program describes it.
var plain = Format{Name: "magpie", Columns: map[string]string{"order": "order", "customer": "customer", "email": "email", "phone": "phone",
	"at": "at", "amount": "amount", "currency": "currency", "state": "state", "refunded": "refunded", "coupon": "coupon", "items": "items"}}

// Formats are those that are known, by their names. A shop's own are what it exports: Shopify's list of orders (help.shopify.com, Exporting
// orders), and that of WooCommerce's analytics and of its usual exporter.
var Formats = map[string]Format{
	"magpie": plain,
	"shopify": {Name: "shopify", Columns: map[string]string{"order": "name", "email": "email", "phone": "phone", "at": "created at",
		"amount": "total", "currency": "currency", "state": "financial status", "refunded": "refunded amount", "coupon": "discount code",
		"items": "lineitem name", "cancelled": "cancelled at"}},
	"woocommerce": {Name: "woocommerce", Columns: map[string]string{"order": "order number", "customer": "customer id",
		"email": "email (billing)", "phone": "phone (billing)", "at": "order date", "amount": "order total amount", "currency": "currency",
		"state": "order status", "refunded": "order refund amount", "coupon": "coupon code", "items": "item name"}},
}

// needed are the columns without which a list says nothing.
var needed = []string{"order", "at", "amount"}

// Guess finds the format of a list by its first line.
func Guess(header []string) (Format, error) {
	var fits []Format
	for _, name := range slices.Sorted(maps.Keys(Formats)) {
		if f := Formats[name]; len(f.missing(header)) == 0 {
			fits = append(fits, f)
		}
	}
	switch len(fits) {
	case 1:
		return fits[0], nil
	case 0:
		return Format{}, fmt.Errorf("the first line must name the columns %s, and one or more of customer, email, phone or a network; "+
			"it is not a list as %s export it, either: what is missing of the first is %s", strings.Join(needed, ", "),
			"Shopify and WooCommerce",
			strings.Join(plain.missing(header), ", "))
	}
	return Format{}, fmt.Errorf("the list may be one of %s, or of %s: say which with --format", fits[0].Name, fits[1].Name)
}

// missing are the columns that are needed and are not there.
func (f Format) missing(header []string) (words []string) {
	at := f.layout(header, nil)
	for _, w := range needed {
		if _, there := at[w]; !there {
			words = append(words, f.Columns[w])
		}
	}
	return words
}

// layout is where each of our columns stands; handles on networks are called as the network is.
func (f Format) layout(header, networks []string) map[string]int {
	at := map[string]int{}
	for i, h := range header {
		h = strings.ToLower(strings.TrimSpace(h))
		for word, theirs := range f.Columns {
			if h == theirs {
				at[word] = i
			}
		}
		if slices.Contains(networks, h) {
			at[h] = i
		}
	}
	return at
}

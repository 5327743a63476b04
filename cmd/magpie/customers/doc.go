// Package customers has the commands about people and what they buy: the record of each, segments, orders, the codes of offers, and what
// all of it brought in.
package customers

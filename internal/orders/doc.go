// Package orders keeps what customers have bought: each order once, by the shop's number, what was given back of it, and the sums of each
// person, which segments go by.
package orders

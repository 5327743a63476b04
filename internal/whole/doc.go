// Package whole has no code of its own: in its folders the whole program is tested, the
// real binary on a real database against the networks, and killed, its
// network is cut, its disk filled, its files are edited and its clock is set.
//
// Read kit/shop.go for how a test is set up and kit/compare.go for what
// is compared in the end.
package whole

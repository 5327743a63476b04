// Package whole has no code of its own: its tests run the whole program, the
// real binary on a real database against the sandbox, and kill it, cut its
// network, fill its disk, edit its files and set its clock.
//
// Read shop_test.go for how a test is set up and compare_test.go for what
// is compared in the end.
package whole

// Package people keeps who we know: persons with their handles, whom they
// follow, what they consented to, and that they want to be left alone. It
// writes to nobody.
package people

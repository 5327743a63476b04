// Package answer decides what becomes of a mention: a rule answers, a person
// at the desk does, or nobody, and why. It is pure: what it has to know it is
// told in Facts.
//
// Read decide.go first; words.go has the matching in all scripts.
package answer

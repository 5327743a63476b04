// Package render turns a template and values into a text that fits a network,
// or says why it does not. It is pure: no clock, no disk.
//
// Templates are Go's text/template with the words of words.go. Read
// template.go first.
package render

// Package segment turns a condition over people, as a marketer writes it in
// campaigns/segments.yaml, into one SQL condition over the table persons. It
// runs no query and reads no clock: ages are counted back from an instant that
// the caller gives. The words it knows are in fields.go.
package segment

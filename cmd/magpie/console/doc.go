// Package console is how the program talks with a person at a terminal: options and their mistakes, exit codes, tables, colours,
// and how a command opens a workspace.
package console

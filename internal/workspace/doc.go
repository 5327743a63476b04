// Package workspace loads the marketer's files: accounts/, campaigns/,
// templates/ and schedules/ below one folder. Loading gives one checked set, or
// every problem with its file, line and column; never half of each.
//
// Read types.go for what the files say, load.go for how they are read (shape,
// then references, then meaning) and check.go for what is refused.
package workspace

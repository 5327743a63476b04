// Package queue is River behind one page of our own words, and the only
// package that imports it. It is for work that may be repeated: deciding about
// a mention, expanding a segment, syncing followers. Publishing is not.
//
// The versions are pinned: river v0.34.0 with riversqlite v0.31.0 is the newest
// pair that works together. What has to be minded with it stands in the
// comments below, and in docs/decisions/river.md.
package queue

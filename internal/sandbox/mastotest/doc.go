// Package mastotest proves that the sandbox serves a client that is not ours:
// its test drives the sandbox with the npm package masto. It holds no code.
package mastotest

// Package apikey keeps the keys with which shops call the API, hashed, and what was answered to a call, so that one that is repeated gets
// the same answer and does nothing twice.
package apikey

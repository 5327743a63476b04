// Package x speaks for a brand account on X (API v2). Facts are from the
// documentation of X, August 2026: endpoints, prices, limits and errors.
package x

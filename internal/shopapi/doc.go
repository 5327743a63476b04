// Package shopapi answers the shop's own programs: customers and orders come in, codes are looked up, locked, redeemed and rolled back. It
// is described by openapi.yaml, which it serves, and against which its tests hold every answer.
package shopapi

// Command torture kills the real program, thousands of times, and then looks
// whether the network, the outbox, the coupons and the inbox agree: nothing out
// twice, nothing lost, no code given to two, nobody left without an answer.
// Run it with “make torture”; it is part of nothing.
//
// A world is one network, one workspace, one database. In each world the
// program lives and is killed some forty times, at named points and at random
// times, while posts fall due and people write. Then it may rest, and the world
// is compared and thrown away.
//
// Read main.go, world.go and life.go, then duty.go and compare.go.
package main

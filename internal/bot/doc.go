// Package bot wires, starts and stops: it opens the files and the database, gives each room those that it works with, shares the
// accounts out among machines, and runs the timer.
//
// Read bot.go for the rooms and how they hang together, run.go and schedule.go for who runs when, share.go for several machines.
package bot

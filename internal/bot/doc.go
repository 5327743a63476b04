// Package bot is the glue: it knows the files, the record of people, the
// outbox and the networks, and moves data between them. What decides lives in
// plan and answer; what must not be repeated lives in outbox.
//
// Read bot.go for what there is, plan.go, expand.go, listen.go and decide.go
// for the jobs, run.go for who runs when.
package bot

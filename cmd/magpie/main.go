// Command magpie runs a brand's microblog accounts from plain files.
//
// One file per command; flags, exit codes, colours and progress bars live here, in console and in records,
// and nowhere else.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // zones are known on machines that have none

	"magpie/cmd/magpie/console"
	"magpie/cmd/magpie/customers"
	"magpie/cmd/magpie/records"

	"github.com/urfave/cli/v2"
)

func main() {
	time.Local = time.UTC // the job engine compares times as text
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	a := app()
	err := a.RunContext(ctx, console.Arranged(a, os.Args))
	stop()
	os.Exit(console.ExitCode(os.Stderr, err))
}

// stopSignals are those that end the program in peace: at a terminal, that it was closed too.
func stopSignals() []os.Signal {
	all := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if atTerminal() && !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		all = append(all, syscall.SIGHUP)
	}
	return all
}

func app() *cli.App {
	a := &cli.App{
		Name: "magpie", Version: version(), Usage: "run a brand's microblog accounts from plain files",
		Description: "Files say what is posted, when and to whom. “magpie check” finds the mistakes in them, " +
			"“magpie plan” shows what would go out, “magpie run” sends it. Start with “magpie init FOLDER”.",
		EnableBashCompletion: true, HideHelpCommand: true, Suggest: true,
		ExitErrHandler: func(*cli.Context, error) {}, // exitCode does it
		OnUsageError:   console.UsageError,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "dir", Aliases: []string{"C"}, Value: ".", Usage: "the workspace `FOLDER`",
				EnvVars: []string{"MAGPIE_DIR"}},
			&cli.StringFlag{Name: "database",
				Usage:   "the SQLite `FILE` (default: magpie.db in the workspace), or postgres://user@host/name",
				EnvVars: []string{"MAGPIE_DATABASE"}},
			&cli.StringFlag{Name: "as", Usage: "your `NAME`, for approvals and the audit log", EnvVars: []string{"MAGPIE_USER", "USER"}},
			&cli.StringFlag{Name: "log", Value: "info", Usage: "`LEVEL` of the log: error, warn, info, debug"},
			&cli.StringFlag{Name: "log-format", Value: "text", Usage: "`FORMAT` of the log: text or json"},
		},
		Commands: []*cli.Command{
			initCommand(), checkCommand(), planCommand(), rehearseCommand(), records.Push(), runCommand(), applyCommand(),
			records.Accounts(), records.Length(), policyCommand(), customers.People(),
			customers.Orders(), customers.Shop(), customers.Segments(), customers.Coupons(), records.Outbox(),
			records.Desk(),
			pauseCommand(), resumeCommand(), customers.Report(), databaseCommand(), sandboxCommand(), demoCommand(), schemaCommand(),
			doctorCommand(), completionCommand(),
		},
	}
	a.CommandNotFound = console.NotFound
	a.Before = func(c *cli.Context) error {
		c.App.Writer, c.App.ErrWriter = console.Plain{Writer: c.App.Writer}, console.Plain{Writer: c.App.ErrWriter}
		return nil
	}
	console.Even(a.Commands)
	return a
}

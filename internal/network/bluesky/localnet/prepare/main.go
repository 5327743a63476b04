// Command prepare installs the Bluesky servers that the tests run, so that the
// first test need not: go run ./internal/network/bluesky/localnet/prepare.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"magpie/internal/network/bluesky/localnet"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := localnet.Install(ctx, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

package localnet

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The environment variable that turns the test binary into a program that
// starts a network, prints its folder and its PDS, and waits to be killed.
const victim = "LOCALNET_TEST_VICTIM"

var network *Network

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	n, err := Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if os.Getenv(victim) != "" {
		fmt.Println(n.folder, n.PDS, n.cmd.Process.Pid)
		select {}
	}
	network = n
	code := m.Run()
	if err := n.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func TestKilledProcessLeavesNothing(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victim+"=1")
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	must(t, err)
	var folder, pds, node string
	_, err = fmt.Sscan(line, &folder, &pds, &node)
	must(t, err)
	pidFile, err := os.ReadFile(filepath.Join(folder, "postgres", "data", "postmaster.pid"))
	must(t, err)
	postgres, _, _ := strings.Cut(string(pidFile), "\n")
	if !running(node) || !running(postgres) {
		t.Fatal("node and postgres should run before the kill")
	}

	must(t, cmd.Process.Kill())
	_ = cmd.Wait()

	within(t, 10*time.Second, func() bool { return !running(node) && !running(postgres) })
	if exists(folder) {
		t.Error("the data is still there")
	}
}

// running is also false of a process that has ended and was not waited for.
func running(pid string) bool {
	command, err := os.ReadFile(filepath.Join("/proc", pid, "cmdline"))
	return err == nil && len(command) > 0
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func within(t *testing.T, limit time.Duration, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if err := poll(ctx, func() (bool, error) { return done(), nil }); err != nil {
		t.Fatal(err)
	}
}

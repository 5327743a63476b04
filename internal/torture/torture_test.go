package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// binary is the program, built once for all tests.
var binary string

func TestMain(m *testing.M) { os.Exit(tests(m)) }

func tests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "magpie-torture-test-")
	if err == nil {
		binary, err = build(context.Background(), dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	return m.Run()
}

// tortured runs the harness as “make torture” does.
func tortured(t *testing.T, args string, more ...string) (line string, code int) {
	t.Helper()
	var out bytes.Buffer
	code = command(t.Context(), append(append(strings.Fields(args), "-magpie", binary), more...), &out)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	line = lines[len(lines)-1]
	t.Log(line)
	return line, code
}

// number is what the last line says of a column.
func number(t *testing.T, line, column string) int {
	t.Helper()
	m := regexp.MustCompile(`(?:^| )` + column + `=(\d+)`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("the line has no %s: %s", column, line)
	}
	n, _ := strconv.Atoi(m[1]) // it is digits
	return n
}

// A slice of the torture, the same each time. “make torture” is the whole.
func TestSlice(t *testing.T) {
	line, code := tortured(t, "-kills 60 -seed 20 -workers 3 -lives 20")
	if code != 0 || number(t, line, "kills") < 60 || number(t, line, "due") < 60 {
		t.Errorf("exit %d: %s", code, line)
	}
	for _, c := range columns {
		if number(t, line, string(c)) != 0 {
			t.Errorf("%s is not 0", c)
		}
	}
}

// The same on servers that differ in several ways at once, each world in others, and on X. Weibo is left to “make torture”: a post
// may take three minutes to show there, and a world at rest waits for that.
func TestSliceOfOthers(t *testing.T) {
	for variant, seed := range map[string]string{"mixture": "31", "x": "6"} {
		t.Run(variant, func(t *testing.T) {
			line, code := tortured(t, "-kills 60 -workers 3 -lives 12 -seed "+seed+" -variant "+variant)
			if code != 0 || number(t, line, "kills") < 60 || number(t, line, "due") < 40 {
				t.Errorf("exit %d: %s", code, line)
			}
		})
	}
}

// A program that sends again without looking is found out.
func TestFaultIsFound(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // what is kept of the bad worlds is of no interest
	line, code := tortured(t, "-kills 40 -seed 21 -workers 2 -lives 20 -variant ignore", "-fault", "resend without looking")
	if code != 1 || number(t, line, "duplicates") == 0 {
		t.Errorf("exit %d: %s", code, line)
	}
	reports, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "magpie-torture-*", "world-*", "report"))
	if err != nil || len(reports) == 0 {
		t.Errorf("nothing was kept to look at: %v", err)
	}
}

// Orders that make no sense are refused.
func TestWrongOrders(t *testing.T) {
	for _, args := range []string{"-database oracle", "-network usenet", "-kills 0", "-workers 0", "-nonsense", "-variant gotosocial"} {
		if code := command(t.Context(), strings.Fields(args), new(bytes.Buffer)); code == 0 {
			t.Errorf("%s: exit %d", args, code)
		}
	}
}

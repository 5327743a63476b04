package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is a magpie that lives, or has lived.
type process struct {
	cmd    *exec.Cmd
	done   chan struct{}
	killed bool // by us, and not by itself at its point
	born   time.Time
}

// start runs magpie on the world's workspace. What it says is kept in the
// world's log.
func (w *world) start(env []string, stdin string, args ...string) (*process, error) {
	p := &process{done: make(chan struct{}), born: time.Now()}
	p.cmd = exec.Command(w.magpie, append([]string{"-C", w.dir}, args...)...) //nolint:noctx // it is killed in many ways
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.dir, "TMPDIR=" + os.TempDir(), "USER=mia"}, w.env()...)
	p.cmd.Env = append(p.cmd.Env, env...)
	if stdin != "" {
		p.cmd.Stdin = strings.NewReader(stdin)
	}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.SysProcAttr = w.log, w.log, withUs()
	fmt.Fprintf(w.log, "--- %s: magpie %s %v\n", p.born.Format(clock), strings.Join(args, " "), env)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }() // how it ended is read from ProcessState
	return p, nil
}

const clock = "15:04:05.000"

// env is what every process of the world is told.
func (w *world) env() (env []string) {
	if w.database.env != "" {
		env = append(env, w.database.env)
	}
	if w.fault != "" {
		env = append(env, "MAGPIE_FAULT="+w.fault)
	}
	return env
}

// kill ends the process as a power cut does.
func (p *process) kill() {
	p.killed = true
	_ = p.cmd.Process.Signal(syscall.SIGKILL) // it may have ended
	<-p.done
}

// alive tells whether the process has not ended yet.
func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return p.cmd.ProcessState == nil
	}
}

// died tells whether a process that has ended was killed.
func (p *process) died() bool {
	s, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && s.Signaled() && s.Signal() == syscall.SIGKILL
}

// finish waits for a command to end, and tells its exit code, -1 if it was
// killed. One that hangs is killed.
func (p *process) finish(patience time.Duration) int {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-p.done:
	case <-late.C:
		p.kill()
	}
	return p.cmd.ProcessState.ExitCode()
}

// openLog is the file in which all processes of a world write.
func openLog(path string) (io.WriteCloser, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

package main

import "syscall"

// withUs lets a process die when the harness does, in whatever way.
func withUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

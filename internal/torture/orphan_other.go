//go:build !linux

package main

import "syscall"

// withUs is for Linux only: elsewhere a harness that dies leaves its programs.
func withUs() *syscall.SysProcAttr { return nil }

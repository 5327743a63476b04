package storetest

import (
	"bytes"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Line stands between a program and the server, and may freeze or break.
type Line struct {
	mu      sync.Mutex
	thawed  *sync.Cond
	frozen  bool
	losing  bool // the next commit is done, and its answer is lost
	to      string
	l       net.Listener
	between []net.Conn
}

// Through puts a line before an address and returns the address of its near end.
func Through(t testing.TB, address string) (*Line, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x := &Line{to: u.Host, l: l}
	x.thawed = sync.NewCond(&x.mu)
	t.Cleanup(func() {
		l.Close()
		x.Thaw()
		x.Break()
	})
	go x.serve()
	u.Host = l.Addr().String()
	return x, u.String()
}

func (x *Line) serve() {
	for {
		near, err := x.l.Accept()
		if err != nil {
			return
		}
		far, err := (&net.Dialer{}).Dial("tcp", x.to)
		if err != nil {
			near.Close()
			continue
		}
		x.mu.Lock()
		x.between = append(x.between, near, far)
		x.mu.Unlock()
		c := &call{x: x, near: near, far: far}
		go c.carry(far, near, c.lose)
		go c.carry(near, far, nil)
	}
}

// Freeze lets nothing pass, and breaks nothing, until Thaw.
func (x *Line) Freeze() { x.set(func() { x.frozen = true }) }

// Thaw lets all pass that has waited.
func (x *Line) Thaw() { x.set(func() { x.frozen = false }) }

// LoseCommit lets the next commit reach the server, and its answer nobody.
func (x *Line) LoseCommit() { x.set(func() { x.losing = true }) }

// Break ends all connections.
func (x *Line) Break() {
	x.set(func() {
		for _, c := range x.between {
			c.Close()
		}
		x.between = nil
	})
}

// Cut breaks it for good: nobody gets through any more.
func (x *Line) Cut() {
	x.l.Close()
	x.Break()
}

func (x *Line) set(fn func()) {
	x.mu.Lock()
	defer x.mu.Unlock()
	fn()
	x.thawed.Broadcast()
}

// pass waits while the line is frozen.
func (x *Line) pass() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for x.frozen {
		x.thawed.Wait()
	}
}

// call is one connection.
type call struct {
	x         *Line
	near, far net.Conn
	mu        sync.Mutex
	deaf      bool
}

func (c *call) carry(to, from net.Conn, look func([]byte)) {
	defer to.Close()
	defer from.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			c.x.pass()
			if look != nil {
				look(buf[:n])
			} else if c.isDeaf() {
				return // the answer has come: the commit is done
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// lose looks for the commit whose answer is to be lost.
func (c *call) lose(b []byte) {
	c.x.mu.Lock()
	defer c.x.mu.Unlock()
	if c.x.losing && bytes.Contains(b, []byte("commit")) {
		c.x.losing = false
		c.mu.Lock()
		c.deaf = true
		c.mu.Unlock()
	}
}

func (c *call) isDeaf() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.deaf
}

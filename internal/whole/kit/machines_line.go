package kit

import (
	"errors"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"
)

// line is a machine's way to a server, which can break.
type line struct {
	net.Listener
	to string

	mu      sync.Mutex
	changed *sync.Cond
	how     Breakage
	pairs   map[[2]*net.TCPConn]bool
	closed  bool
}

// Breakage is how a line is broken.
type Breakage struct {
	there, back bool // what is sent there, or back, does not arrive
	refused     bool // connections are cut, and new ones refused
}

// The ways in which lines break.
var (
	whole   = Breakage{}
	Silent  = Breakage{there: true, back: true}
	Deaf    = Breakage{back: true} // orders arrive, answers do not
	Mute    = Breakage{there: true}
	Refused = Breakage{refused: true}
)

// LineTo opens one to host:port.
func LineTo(t *testing.T, to string) *line {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	x := &line{Listener: l, to: to, pairs: map[[2]*net.TCPConn]bool{}}
	x.changed = sync.NewCond(&x.mu)
	go x.Serve()
	t.Cleanup(func() {
		_ = l.Close()
		x.mu.Lock()
		x.closed = true
		x.mu.Unlock()
		x.Mend(false)
	})
	return x
}

// lineOf is a line to the server of an address, and the address by that line.
func lineOf(t *testing.T, address string) (l *line, by string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l = LineTo(t, u.Host)
	u.Host = l.Addr().String()
	return l, u.String()
}

// Cut breaks the line.
func (l *line) Cut(how Breakage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.how = how
	if how.refused {
		l.reset()
	}
}

// Mend makes the line whole. What was held up arrives now, as after a short
// disturbance, or the old connections are gone, as after a long one.
func (l *line) Mend(arrives bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !arrives {
		l.reset()
	}
	l.how = whole
	l.changed.Broadcast()
}

// reset cuts all connections with an RST.
func (l *line) reset() {
	for p := range l.pairs {
		for _, c := range p {
			_ = c.SetLinger(0)
			_ = c.Close()
		}
		delete(l.pairs, p)
	}
}

// Serve takes connections until the line is closed.
func (l *line) Serve() {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			Pause(10 * time.Millisecond) // too many connections at once, say
			continue
		}
		go l.connect(c.(*net.TCPConn))
	}
}

func (l *line) connect(c *net.TCPConn) {
	l.mu.Lock()
	how := l.how
	l.mu.Unlock()
	if how.refused {
		_ = c.SetLinger(0)
		_ = c.Close()
		return
	}
	if how.there && !l.waits(c) {
		return
	}
	d, err := net.DialTimeout("tcp", l.to, 5*time.Second)
	if err != nil {
		_ = c.SetLinger(0)
		_ = c.Close()
		return
	}
	s := d.(*net.TCPConn)
	p := [2]*net.TCPConn{c, s}
	l.mu.Lock()
	l.pairs[p] = true
	l.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { l.copy(s, c, func(how Breakage) bool { return how.there }) })
	both.Go(func() { l.copy(c, s, func(how Breakage) bool { return how.back }) })
	both.Wait()
	l.mu.Lock()
	delete(l.pairs, p)
	l.mu.Unlock()
	_, _ = c.Close(), s.Close() // they may be closed
}

// waits until what begins a connection may pass; false if it never arrives.
func (l *line) waits(c *net.TCPConn) bool {
	p := [2]*net.TCPConn{c, c}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pairs[p] = true
	for l.how.there {
		l.changed.Wait()
	}
	alive := l.pairs[p]
	delete(l.pairs, p)
	return alive
}

// copy hands on what comes from one end to the other while that may pass. Also
// that an end has closed is news that may not arrive.
func (l *line) copy(to, from *net.TCPConn, held func(Breakage) bool) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		l.mu.Lock()
		for held(l.how) && !l.closed {
			l.changed.Wait()
		}
		l.mu.Unlock()
		if n > 0 {
			_, _ = to.Write(buf[:n]) // to may be gone: then from is soon
		}
		if err != nil {
			_ = to.CloseWrite()
			return
		}
	}
}

package kit

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"magpie/internal/store/storetest"
)

// elephants are the Postgres servers of these tests. A server ends with the
// last test that uses it.
var elephants struct {
	sync.Mutex
	all     []*elephant
	schemas int
}

type elephant struct {
	*storetest.Server
	users int
}

// crowded is how many shops a server has connections for.
const crowded = 8

// Schema is an empty one for a test, by its address.
func Schema(t *testing.T) (address string) {
	t.Helper()
	elephants.Lock()
	defer elephants.Unlock()
	i := slices.IndexFunc(elephants.all, func(e *elephant) bool { return e.users < crowded })
	if i < 0 {
		s, err := storetest.Start()
		if err != nil {
			t.Fatal(err)
		}
		i = len(elephants.all)
		elephants.all = append(elephants.all, &elephant{Server: s})
	}
	e := elephants.all[i]
	e.users++
	elephants.schemas++
	t.Cleanup(e.leave)
	address, err := e.Schema(fmt.Sprint("whole", elephants.schemas))
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func (e *elephant) leave() {
	elephants.Lock()
	defer elephants.Unlock()
	if e.users--; e.users == 0 {
		e.Stop()
		elephants.all = slices.DeleteFunc(elephants.all, func(x *elephant) bool { return x == e })
	}
}

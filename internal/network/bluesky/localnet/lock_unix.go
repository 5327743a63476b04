//go:build unix

package localnet

import (
	"context"
	"errors"
	"os"
	"syscall"
)

// lock waits for the file of this name to be ours, until it is closed or the
// processes that inherited it have ended.
func lock(ctx context.Context, name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = poll(ctx, func() (bool, error) {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return false, nil
		}
		return true, err
	})
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

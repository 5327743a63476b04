//go:build !unix

package localnet

import (
	"context"
	"errors"
	"os"
)

// lock is never reached: install refuses these platforms before.
func lock(context.Context, string) (*os.File, error) { return nil, errors.ErrUnsupported }

package x_test

import (
	"testing"

	"magpie/internal/whole/kit"
)

func TestMain(m *testing.M) { kit.Main(m) }

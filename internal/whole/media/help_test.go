package media_test

import (
	"bytes"
	"image"
	"testing"
)

// seen decodes a picture.
func seen(t *testing.T, data []byte) image.Image {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

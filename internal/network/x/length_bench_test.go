package x

import (
	"strings"
	"testing"
)

// A text of 280 signs takes less than 50 µs.
func BenchmarkWeighed(b *testing.B) {
	for name, of := range map[string]string{
		"letters": "The autumn sale begins today. ", "Chinese": "柚子电器秋季促销今天开始，", "links": "see https://shop.example.com/bf?c=KLMN ",
		"emoji": "🍊👨‍👩‍👧‍👦🇨🇳", "dots": "a.b.", "Chinese dots": "柚.子中", "marks": "e\u0301",
	} {
		text := string([]rune(strings.Repeat(of, 280))[:280])
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				weighed(text)
			}
		})
	}
}

package x

import "slices"

// The parameters of RFC 3492, section 5.
const (
	punyBase, punyMin, punyMax = 36, 1, 26
	punySkew, punyDamp         = 38, 700
	punyFirst, punyPoint       = 72, 0x80
)

// punycode is how many letters RFC 3492 (section 6.3) needs for the points.
func punycode(points []rune) int {
	basic := 0
	for _, p := range points {
		if p < punyPoint {
			basic++
		}
	}
	size, done := basic, basic
	if basic > 0 {
		size++ // the delimiter
	}
	delta, bias, from := 0, punyFirst, rune(punyPoint)
	for _, next := range beyondASCII(points) {
		delta += int(next-from) * (done + 1)
		from = next
		for _, p := range points {
			if p < next {
				delta++
			}
			if p == next {
				size += punyDigits(delta, bias)
				bias = punyBias(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		from++
	}
	return size
}

// beyondASCII are the points beyond ASCII, sorted, each once.
func beyondASCII(points []rune) []rune {
	sorted := slices.DeleteFunc(slices.Clone(points), func(p rune) bool { return p < punyPoint })
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// punyDigits is how many letters a number takes.
func punyDigits(n, bias int) int {
	for count, k := 1, punyBase; ; count, k = count+1, k+punyBase {
		t := min(max(k-bias, punyMin), punyMax)
		if n < t {
			return count
		}
		n = (n - t) / (punyBase - t)
	}
}

// punyBias is section 6.1.
func punyBias(delta, points int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (punyBase-punyMin)*punyMax/2; k += punyBase {
		delta /= punyBase - punyMin
	}
	return k + (punyBase-punyMin+1)*delta/(delta+punySkew)
}

package x

import "slices"

// domainEnds are the ends of the domains that begin at each place, 0 where none
// does; nil where there is no dot. A domain is as long as it can be: labels that
// end with dots, the last of them without an underscore, and a top level domain.
func domainEnds(u []uint16) []int {
	if !slices.Contains(u, '.') {
		return nil
	}
	k, ends := linkTables(), make([]int, len(u)+1)
	dot, top, plain := -1, 0, true // of the label that is read, from its end
	for at := len(u) - 1; at >= 0; at-- {
		switch c := u[at]; {
		case c == '.':
			dot, top, plain = at, topLevel(u, at+1), true
			if at > 0 && !k.is(u, at-1, inLabel) {
				dot = -1
			}
		case c == '-':
		case c == '_':
			plain = false
		case k.classes[c]&inLabel == 0:
			dot = -1
		case dot < 0:
		case ends[dot+1] > 0:
			ends[at] = ends[dot+1]
		case plain:
			ends[at] = top
		}
	}
	return ends
}

// topLevel is the end of the top level domain that begins there, or 0.
func topLevel(u []uint16, at int) int {
	rest := u[at:]
	if n := linkTables().tlds.longest(rest, func(n int) bool { return n == len(rest) || endsDomain(rest[n]) }); n > 0 {
		return at + n
	}
	if !hasPrefix(rest, "xn--") {
		return 0
	}
	end := at + len("xn--")
	for end < len(u) && (u[end] == '-' || isAlnum(u[end])) {
		end++
	}
	if end == at+len("xn--") {
		return 0
	}
	return end
}

func endsDomain(c uint16) bool { return !isAlnum(c) && c != '@' && c != '+' && c != '-' }

func isAlnum(c uint16) bool {
	c = lowerUnit(c)
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z'
}

// asciiDomains are the parts of a domain that are domains of ASCII letters. As
// in twitter-text, a part is taken where its letters stand first.
func asciiDomains(domain []uint16) (all [][2]int) {
	k, taken := linkTables(), 0
	for at := 0; at < len(domain); {
		end := asciiEnd(k, domain, at)
		if end == 0 {
			at++
			continue
		}
		from := firstIndex(domain, domain[at:end], taken)
		taken = from + end - at
		all = append(all, [2]int{from, taken})
		at = end
	}
	return all
}

// asciiEnd is the end of the longest ASCII domain that begins there, or 0.
func asciiEnd(k *linkFacts, domain []uint16, at int) (end int) {
	for {
		dot := k.run(domain, at, inASCII)
		if dot == at || !is(domain, dot, '.') {
			return end
		}
		at = dot + 1
		if top := topLevel(domain, at); top > 0 {
			end = top
		}
	}
}

// firstIndex is where part stands in the units first, not before from.
func firstIndex(u, part []uint16, from int) int {
	for !slices.Equal(u[from:from+len(part)], part) {
		from++
	}
	return from
}

func is(u []uint16, at int, c uint16) bool { return at < len(u) && u[at] == c }

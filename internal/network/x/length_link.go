package x

// A linkSpan is a range of UTF-16 units.
type linkSpan struct {
	from, to int
	skip     int // how many units it counts for: fewer than it has where part of its domain is left out
}

// A linkMatch is what looks like a link, of which only a part may be one.
type linkMatch struct {
	from, domain, domainEnd, pathAt, to int
	before                              uint16 // the unit that it follows, or 0
}

// findLinks looks from the left, as twitter-text's extractUrlsWithIndices does; the
// unit before a link must not belong to the link before it.
func findLinks(u []uint16) (all []linkSpan) {
	ends := domainEnds(u)
	if ends == nil {
		return nil
	}
	for at := 0; at < len(u); {
		m, ok := linkFollows(u, ends, at)
		if !ok {
			at++
			continue
		}
		all = append(all, m.links(u)...)
		at = m.to
	}
	return all
}

// linkFollows is a match after the unit at that place, or at the very beginning.
func linkFollows(u []uint16, ends []int, at int) (m linkMatch, ok bool) {
	if linkTables().is(u, at, beforeLink) {
		if m, ok = linkBegins(u, ends, at+1); ok {
			m.before = u[at]
			return m, true
		}
	}
	if at == 0 {
		return linkBegins(u, ends, 0)
	}
	return m, false
}

// linkBegins is the match that begins there: a scheme or none, a domain, and what
// may come after it.
func linkBegins(u []uint16, ends []int, at int) (m linkMatch, ok bool) {
	m = linkMatch{from: at, domain: at + schemeSize(u[at:])}
	m.domainEnd = ends[m.domain]
	if m.domainEnd == 0 {
		return m, false
	}
	m.pathAt = portEnds(u, m.domainEnd)
	m.to = queryEnds(u, pathEnds(u, m.pathAt))
	return m, true
}

// schemeSize is the length of http:// or https://, or 0.
func schemeSize(u []uint16) int {
	for _, s := range []string{"http://", "https://"} {
		if hasPrefix(u, s) {
			return len(s)
		}
	}
	return 0
}

// hasPrefix does not mind the case of ASCII letters; prefix is in lower case.
func hasPrefix(u []uint16, prefix string) bool {
	if len(u) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if lowerUnit(u[i]) != uint16(prefix[i]) {
			return false
		}
	}
	return true
}

func lowerUnit(c uint16) uint16 {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// links are the parts of a match that X makes links.
func (m linkMatch) links(u []uint16) []linkSpan {
	domain := u[m.domain:m.domainEnd]
	if !rightSize(domain, m.to-m.from, m.domain-m.from) {
		return nil
	}
	if m.domain == m.from {
		return m.bare(u, domain)
	}
	if slug, end := shortLink(u[m.from:m.to]); slug > maxSlug {
		return nil
	} else if slug > 0 {
		m.to = m.from + end
	}
	return []linkSpan{{m.from, m.to, m.to - m.from}}
}

// bare are the links of a match without a scheme: the parts of the domain that
// are ASCII, and with the last of them the path.
func (m linkMatch) bare(u []uint16, domain []uint16) (all []linkSpan) {
	switch m.before {
	case '-', '_', '.', '/':
		return nil
	}
	for _, part := range asciiDomains(domain) {
		all = append(all, linkSpan{m.from + part[0], m.from + part[1], part[1] - part[0]})
	}
	if last := len(all) - 1; last >= 0 && is(u, m.pathAt, '/') {
		all[last].skip += m.to - m.domainEnd
		all[last].to = m.to
	}
	return all
}

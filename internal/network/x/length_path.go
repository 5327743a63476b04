package x

// portEnds is the end of a colon and digits, where there are such.
func portEnds(u []uint16, at int) int {
	if !is(u, at, ':') {
		return at
	}
	end := at + 1
	for end < len(u) && u[end] >= '0' && u[end] <= '9' {
		end++
	}
	if end == at+1 {
		return at
	}
	return end
}

// pathEnds is the end of the path that begins there, if one does: letters and
// balanced brackets up to the last letter that may end it, and what brackets
// follow that at once.
func pathEnds(u []uint16, at int) int {
	if !is(u, at, '/') {
		return at
	}
	k := linkTables()
	at++
	end := at
	for {
		if next := brackets(k, u, at); next > 0 {
			if end == at {
				end = next
			}
			at = next
			continue
		}
		if !k.is(u, at, inPath) {
			return end
		}
		if at++; k.is(u, at-1, endsPath) {
			end = at
		}
	}
}

// brackets is the end of a pair of brackets, which is not empty and may hold
// another pair, or 0.
func brackets(k *linkFacts, u []uint16, at int) int {
	if !is(u, at, '(') {
		return 0
	}
	end := k.run(u, at+1, inPath)
	if is(u, end, '(') {
		inner := k.run(u, end+1, inPath)
		if inner == end+1 || !is(u, inner, ')') {
			return 0
		}
		end = k.run(u, inner+1, inPath)
	}
	if end == at+1 || !is(u, end, ')') {
		return 0
	}
	return end + 1
}

// queryEnds is the end of the query that begins there, if one does.
func queryEnds(u []uint16, at int) int {
	if !is(u, at, '?') {
		return at
	}
	k, end := linkTables(), at
	for i := at + 1; k.is(u, i, inQuery); i++ {
		if k.is(u, i, endsQuery) {
			end = i + 1
		}
	}
	return end
}

// shortLink is the length of the slug of a t.co link and where that ends, with its
// query but without a path; 0 for other links.
func shortLink(u []uint16) (slug, end int) {
	at := schemeSize(u)
	if !hasPrefix(u[at:], "t.co/") {
		return 0, 0
	}
	at += len("t.co/")
	end = at
	for end < len(u) && isAlnum(u[end]) {
		end++
	}
	return end - at, queryEnds(u, end)
}

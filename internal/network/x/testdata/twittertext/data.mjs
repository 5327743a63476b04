// Writes the facts that length_data.go embeds, out of the npm package twitter-text and its emoji table:
// one JSON object of file name → content on stdout. TestDataIsOfThePackage runs it; with -update it stores them.

import { createRequire } from 'node:module'

const require = createRequire(process.cwd() + '/')
const version = name => `${name} ${require(`${name}/package.json`).version}`
const rule = name => require(`twitter-text/dist/regexp/${name}`).source
const hex = n => n.toString(16)
const units = [...Array(0x10000).keys()].map(n => String.fromCharCode(n))

// The top level domains stand in two long alternatives.
const tlds = ['validGTLD', 'validCCTLD'].flatMap(name => rule(name).match(/^\(\?:\(\?:(.*)\)\(\?=/)[1].split('|'))

// Which of the 65536 UTF-16 units a rule takes, regardless of case as in JavaScript.
const classes = {
  before: 'validUrlPrecedingChars', label: 'validDomainChars', path: 'validGeneralUrlPathChars',
  pathEnd: 'validUrlPathEndingChars', query: 'validUrlQueryChars', queryEnd: 'validUrlQueryEndingChars',
}
function ranges(source) {
  const taken = new RegExp(`^(?:${source})$`, 'i')
  const found = []
  for (const [n, unit] of units.entries()) {
    if (!taken.test(unit)) continue
    if (found.at(-1)?.[1] === n - 1) found.at(-1)[1] = n
    else found.push([n, n])
  }
  return found.map(([from, to]) => from === to ? hex(from) : `${hex(from)}-${hex(to)}`).join(' ')
}
const classLines = Object.entries(classes).map(([name, file]) => `${name} ${ranges(rule(file))}`)
classLines.push(`ascii ${ranges(`[\\-a-z0-9${rule('latinAccentChars')}]`)}`)

// Which other letters a letter of a top level domain may be written with.
const letters = [...new Set(tlds.join(''))]
const foldLines = letters.flatMap(letter => {
  const same = new RegExp(`^${letter}$`, 'i')
  return units.filter(unit => unit !== letter && same.test(unit)).map(unit => `${unit} ${letter}`)
})

// All that the emoji pattern can match, the preferred first: it has groups, lists of units, “|” and “?”, and
// looks ahead for a text sign only after a single emoji, which counts alike either way.
function expand(source) {
  let at = 0
  const next = () => source.startsWith('\\u', at) ? String.fromCharCode(parseInt(source.slice((at += 6) - 4, at), 16)) : source[at++]
  const either = () => {
    const all = sequence()
    while (source[at] === '|') at++, all.push(...sequence())
    return all
  }
  const sequence = () => {
    let all = ['']
    while (at < source.length && source[at] !== '|' && source[at] !== ')') {
      let part = one()
      if (source[at] === '?') at++, part = [...part, '']
      all = all.flatMap(head => part.map(tail => head + tail))
    }
    return all
  }
  const one = () => {
    if (source[at] === '[') return list()
    if (source[at] !== '(') return [next()]
    const ahead = source.startsWith('(?!', at)
    at += ahead || source.startsWith('(?:', at) ? 3 : 1
    const all = either()
    at++
    return ahead ? [''] : all
  }
  const list = () => {
    const all = []
    for (at++; source[at] !== ']';) {
      const from = next()
      let to = from
      if (source[at] === '-') at++, to = next()
      for (let n = from.charCodeAt(0); n <= to.charCodeAt(0); n++) all.push(String.fromCharCode(n))
    }
    at++
    return all
  }
  return either()
}
const emoji = require('twemoji-parser/dist/lib/regex').default.source
const preferred = new Set()
for (const each of expand(emoji)) { // what begins with something preferred is never matched
  if (!Array.from(each, (_, n) => each.slice(0, n)).some(start => preferred.has(start))) preferred.add(each)
}

const file = (about, from, lines) => `# ${about}, from npm ${from}. Written by testdata/twittertext/data.mjs.\n${lines.join('\n')}\n`
process.stdout.write(JSON.stringify({
  'length_tlds.txt': file('Top level domains', version('twitter-text'), tlds.sort()),
  'length_folds.txt': file('Letters that stand for one of a top level domain', version('twitter-text'), foldLines),
  'length_classes.txt': file('UTF-16 units by what they may be in a link', version('twitter-text'), classLines),
  'length_emoji.txt': file('Emoji that count as one', version('twemoji-parser'), [...preferred].sort()),
}))

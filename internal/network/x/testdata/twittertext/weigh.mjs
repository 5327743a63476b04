// X's own word on texts: a JSON list of them comes in on stdin, and one of what each weighs, whether X takes it
// and where its links are, in UTF-16 units, goes out. A text that the package fails on is null.

import { createRequire } from 'node:module'

const require = createRequire(process.cwd() + '/')
const { parseTweet, extractUrlsWithIndices } = require('twitter-text')

const answers = JSON.parse(Buffer.concat(await process.stdin.toArray()).toString()).map(text => {
  const { weightedLength, valid } = parseTweet(text)
  return { weight: weightedLength, valid, links: extractUrlsWithIndices(text).map(link => link.indices) }
})
process.stdout.write(JSON.stringify(answers))

// The official library's word on facets: texts come in as a JSON list on stdin, their facets go out as one.
// Handles are known if they are keys of the first argument, a JSON object of handle → DID.

import { RichText } from '@atproto/api'

const known = JSON.parse(process.argv[2])
const agent = { com: { atproto: { identity: { resolveHandle: async ({ handle }) => ({ data: { did: known[handle.toLowerCase()] } }) } } } }

const answers = []
for (const text of JSON.parse(Buffer.concat(await process.stdin.toArray()).toString())) {
  const rich = new RichText({ text })
  await rich.detectFacets(agent)
  answers.push((rich.facets ?? []).map(({ index, features }) => ({ index, features })))
}
process.stdout.write(JSON.stringify(answers))

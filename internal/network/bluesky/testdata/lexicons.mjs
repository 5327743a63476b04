// The official lexicons' word on requests: they come in as a JSON list on stdin, and for each what is wrong with it
// goes out, or "".

import { jsonToLex, lexicons } from '@atproto/api'
import { isValidTid } from '@atproto/syntax'

const kinds = { GET: 'query', POST: 'procedure' }

function check({ method, uri, type, body }) {
  const { pathname, searchParams } = new URL(uri, 'http://pds')
  const nsid = pathname.replace('/xrpc/', '')
  const def = lexicons.getDefOrThrow(nsid, [kinds[method]])
  lexicons.assertValidXrpcParams(nsid, parameters(def, searchParams))
  checkInput(nsid, def, type, Buffer.from(body ?? '', 'base64'))
}

// parameters turns the texts of a query into what the lexicon calls for.
function parameters(def, search) {
  const all = {}
  for (const name of new Set(search.keys())) {
    const known = property('Params', def.parameters, name)
    const values = search.getAll(name).map((text) => typed((known.items ?? known).type, text))
    if (known.type !== 'array' && values.length > 1) throw new Error(`Params/${name} is there ${values.length} times`)
    all[name] = known.type === 'array' ? values : values[0]
  }
  return all
}

// typed leaves a text that is not of its type as it is, so that it is complained of.
function typed(type, text) {
  if (type === 'integer' && /^-?\d+$/.test(text)) return Number(text)
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

function checkInput(nsid, { input }, type, body) {
  if (!input) {
    if (body.length) throw new Error('Input: the lexicon has none')
    return
  }
  if (!body.length) throw new Error('Input is missing')
  if (!accepts([input.encoding], type)) throw new Error(`Input is ${type || 'of no type'}, must be ${input.encoding}`)
  if (!input.schema) return
  const json = JSON.parse(body.toString())
  lexicons.assertValidXrpcInput(nsid, jsonToLex(json))
  strict('Input', input.schema, json)
  if (nsid === 'com.atproto.repo.putRecord') checkRecord(json)
}

function checkRecord({ collection, rkey, record }) {
  lexicons.assertValidRecord(collection, jsonToLex(record))
  const def = lexicons.getDefOrThrow(collection, ['record'])
  if (def.key === 'tid' && !isValidTid(rkey)) throw new Error(`Input/rkey must be a TID: ${rkey}`)
  strict('Record', def.record, record)
}

// strict complains of what the library lets pass, since lexicons grow: names and members of unions that they do not
// have (we may have misspelt them), and what a blob is.
function strict(path, def, value) {
  if (value === null) return
  if (def.type === 'ref') strict(path, lexicons.getDefOrThrow(def.ref), value)
  if (def.type === 'union') strict(path, member(path, def, value.$type), value)
  if (def.type === 'array') value.forEach((item, i) => strict(`${path}/${i}`, def.items, item))
  if (def.type === 'blob') checkBlob(path, def, value)
  if (def.type !== 'object') return
  for (const [name, item] of Object.entries(value)) {
    if (name !== '$type') strict(`${path}/${name}`, property(path, def, name), item)
  }
}

function property(path, def, name) {
  if (Object.hasOwn(def?.properties ?? {}, name)) return def.properties[name]
  throw new Error(`${path}/${name} is not in the lexicon`)
}

function member(path, { refs }, type) {
  if (refs.includes(`lex:${type}`) || refs.includes(`lex:${type}#main`)) return lexicons.getDefOrThrow(type)
  throw new Error(`${path} is a ${type}, must be one of ${refs.join(', ')}`)
}

function checkBlob(path, { accept = ['*/*'], maxSize = Infinity }, { mimeType, size }) {
  if (!accepts(accept, mimeType)) throw new Error(`${path} is ${mimeType}, must be ${accept.join(', ')}`)
  if (size > maxSize) throw new Error(`${path} has ${size} bytes, may have ${maxSize}`)
}

// accepts tells whether a media type is one of those, which may be such as image/* or */*.
function accepts(patterns, type) {
  return /^\S+\/\S+$/.test(type) && patterns.some((p) => p === type || p === '*/*' || (p.endsWith('/*') && type.startsWith(p.slice(0, -1))))
}

function complaint(request) {
  try {
    check(request)
    return ''
  } catch (error) {
    return error.message || String(error)
  }
}

const requests = JSON.parse(Buffer.concat(await process.stdin.toArray()).toString())
process.stdout.write(JSON.stringify(requests.map(complaint)))

// The real Bluesky servers on loopback: PLC, PDS, AppView, and a stand-in for chat. Read this file first.
//
// Keeps its data in the folder given as its only argument and REMOVES that folder at the end. Prints one line, READY {json}, and ends when
// its stdin closes. With MAGPIE_LOCALNET_RATE_LIMITS=1 the PDS counts requests as the public one does.

import './loopback.mjs'
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { startPostgres } from './postgres.mjs'

const folder = process.argv[2]
process.env.TMPDIR = folder // dev-env keeps its repositories and blobs here
process.env.REDIS_HOST = 'unused' // asked for by dev-env, never called
process.umask(0o022) // nobody must be able to read what Postgres needs

let postgres
let ending = false

function end(failure) {
  if (ending) return
  ending = true
  if (failure) console.error(failure)
  const leave = () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    process.exit(failure ? 1 : 0)
  }
  Promise.resolve(postgres).then((running) => running?.stop()).then(leave, leave)
}

process.stdin.resume().once('close', () => end())
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end())
for (const trouble of ['uncaughtException', 'unhandledRejection']) process.on(trouble, end)

async function start() {
  postgres = startPostgres(folder)
  const { TestNetwork } = await import('@atproto/dev-env')
  const { url } = await postgres
  const rateLimits = process.env.MAGPIE_LOCALNET_RATE_LIMITS === '1'
  const rateLimitBypassKey = randomUUID()
  const network = await TestNetwork.create({
    dbPostgresUrl: url,
    dbPostgresSchema: 'localnet',
    pds: { hostname: 'localhost', enableDidDocWithSession: true, rateLimitsEnabled: rateLimits, rateLimitBypassKey },
  })
  const chat = await addChat(network)
  return { plc: network.plc.url, pds: network.pds.url, appview: network.bsky.url, ...chat, rateLimitBypassKey }
}

async function addChat(network) {
  const { startChat } = await import('./chat.mjs')
  let chatDid
  const url = await startChat(network, () => chatDid)
  chatDid = await registerService(network.plc.url, 'bsky_chat', { type: 'BskyChatService', endpoint: url })
  return { chatDid, chatControl: `${url}/control` }
}

async function registerService(plcUrl, name, service) {
  const plc = await import('@did-plc/lib')
  const { Secp256k1Keypair } = await import('@atproto/crypto')
  const key = await Secp256k1Keypair.create()
  const operation = await plc.signOperation(
    {
      type: 'plc_operation',
      alsoKnownAs: [],
      rotationKeys: [key.did()],
      verificationMethods: {},
      services: { [name]: service },
      prev: null,
    },
    key,
  )
  const did = await plc.didForCreateOp(operation)
  await new plc.Client(plcUrl).sendOperation(did, operation)
  return did
}

start().then((ready) => console.log(`READY ${JSON.stringify(ready)}`), end)

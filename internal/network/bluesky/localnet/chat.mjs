// A stand-in for the chat service, which is not published: direct messages between two accounts, kept in memory.
//
// It is reached through the PDS, which names the caller in a signed token. Requests and answers are checked against
// the real lexicons. Left out: groups, reactions, embeds, deleting.

import { createServer as listenHttp } from 'node:http'
import { schemas } from '@atproto/api'
import { AuthRequiredError, createServer, parseReqNsid, verifyJwt } from '@atproto/xrpc-server'
import { Conversations } from './conversations.mjs'

/**
 * Starts the service and answers its URL. network is dev-env's; did() is the service's own DID, asked for at each call.
 *
 * POST /control/refuse {did, error} makes that account refuse messages with that error; without error it takes them.
 */
export async function startChat(network, did) {
  const { accountManager, idResolver } = network.pds.ctx
  const conversations = new Conversations(async (member) => (await accountManager.getAccount(member))?.handle)
  const auth = async ({ req }) => {
    const token = req.headers.authorization?.replace(/^Bearer /, '')
    if (!token) throw new AuthRequiredError()
    const key = (caller, fresh) => idResolver.did.resolveAtprotoKey(caller, fresh)
    return { credentials: await verifyJwt(token, did(), parseReqNsid(req), key) }
  }
  const { router } = service(conversations, auth)
  const server = listenHttp((req, res) => (req.url === '/control/refuse' ? refuse(conversations, req, res) : router(req, res)))
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, resolve))
  return `http://localhost:${server.address().port}`
}

function service(conversations, auth) {
  const server = createServer(schemas, { validateResponse: true })
  for (const [name, answer] of Object.entries(methods)) {
    server.method(`chat.bsky.convo.${name}`, {
      auth,
      handler: async ({ auth, params, input }) => {
        const body = await answer(conversations, auth.credentials.iss, input?.body ?? params)
        return { encoding: 'application/json', body }
      },
    })
  }
  return server
}

const methods = {
  getConvoAvailability: async (all, caller, { members }) => all.availability(caller, members),
  getConvoForMembers: async (all, caller, { members }) => ({ convo: await all.view(caller, await all.open(caller, members)) }),
  getConvo: async (all, caller, { convoId }) => ({ convo: await all.view(caller, all.find(caller, convoId)) }),
  sendMessage: async (all, caller, { convoId, message }) => all.send(caller, all.find(caller, convoId), message),
  getMessages: async (all, caller, { convoId, limit, cursor }) => all.messages(all.find(caller, convoId), limit, cursor),
  listConvos: async (all, caller, query) => all.list(caller, query),
  getLog: async (all, caller, { cursor }) => all.log(caller, cursor),
  acceptConvo: async (all, caller, { convoId }) => all.accept(caller, all.find(caller, convoId)),
  updateRead: async (all, caller, { convoId, messageId }) => all.read(caller, all.find(caller, convoId), messageId),
}

async function refuse(conversations, req, res) {
  const { did, error } = JSON.parse(Buffer.concat(await req.toArray()).toString())
  conversations.refuse(did, error)
  res.end('{}')
}

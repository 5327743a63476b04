// The memory of the chat stand-in: conversations of two, their messages, and one log of everything that happened.

import { InvalidRequestError } from '@atproto/xrpc-server'

const defs = (name) => `chat.bsky.convo.defs#${name}`
const logPage = 50

export class Conversations {
  #handleOf
  #convos = new Map() // by the sorted members
  #log = [] // { to: [did], event }
  #refusals = new Map() // did → name of the error
  #revs = 0

  /** handleOf(did) answers undefined for an unknown account. */
  constructor(handleOf) {
    this.#handleOf = handleOf
  }

  /** Lets an account refuse all messages with this error, or take them again. */
  refuse(did, error) {
    if (error) this.#refusals.set(did, error)
    else this.#refusals.delete(did)
  }

  async availability(caller, members) {
    const convo = this.#convos.get(key(caller, members))
    const canChat = await this.#check(caller, members).then(() => true, () => false)
    return { canChat, ...(convo && { convo: await this.view(caller, convo) }) }
  }

  async open(caller, members) {
    await this.#check(caller, members)
    const id = key(caller, members)
    const known = this.#convos.get(id)
    if (known) return known
    const convo = { id: `convo${this.#convos.size + 1}`, members: id.split(' '), messages: [], accepted: new Set([caller]), read: new Map() }
    this.#convos.set(id, convo)
    this.#record(convo, convo.members, 'logBeginConvo')
    return convo
  }

  find(caller, convoId) {
    const convo = [...this.#convos.values()].find(({ id }) => id === convoId)
    if (!convo?.members.includes(caller)) throw new InvalidRequestError('Convo not found', 'InvalidConvo')
    return convo
  }

  async send(caller, convo, { text, facets, replyTo }) {
    await this.#check(caller, convo.members)
    const target = convo.messages.find(({ id }) => id === replyTo?.messageId)
    if (replyTo && !target) throw new InvalidRequestError('Reply target not found', 'ReplyTargetNotFound')
    convo.accepted.add(caller)
    const rev = this.#nextRev()
    const message = { $type: defs('messageView'), id: `message${rev}`, rev, text, sender: { did: caller }, sentAt: new Date().toISOString() }
    if (facets) message.facets = facets
    if (target) message.replyTo = { ...target, replyTo: undefined }
    convo.messages.push(message)
    this.#record(convo, convo.members, 'logCreateMessage', { rev, message })
    return message
  }

  messages(convo, limit, cursor) {
    const { items, next } = page([...convo.messages].reverse(), limit, cursor)
    return { messages: items, cursor: next }
  }

  async list(caller, { limit, cursor, status, readState }) {
    const mine = [...this.#convos.values()].filter(({ members }) => members.includes(caller))
    const views = await Promise.all(mine.map((convo) => this.view(caller, convo)))
    const wanted = views
      .filter((view) => !status || view.status === status)
      .filter((view) => readState !== 'unread' || view.unreadCount > 0)
      .sort((a, b) => (a.rev < b.rev ? 1 : -1))
    const { items, next } = page(wanted, limit, cursor)
    return { convos: items, cursor: next }
  }

  log(caller, cursor = '') {
    const logs = this.#log.filter(({ to, event }) => to.includes(caller) && event.rev > cursor).map(({ event }) => event).slice(0, logPage)
    return { logs, cursor: logs.at(-1)?.rev ?? cursor }
  }

  accept(caller, convo) {
    if (convo.accepted.has(caller)) return {}
    convo.accepted.add(caller)
    return { rev: this.#record(convo, [caller], 'logAcceptConvo') }
  }

  async read(caller, convo, messageId) {
    const message = messageId ? convo.messages.find(({ id }) => id === messageId) : convo.messages.at(-1)
    if (message) {
      convo.read.set(caller, message.rev)
      this.#record(convo, [caller], 'logReadMessage', { message })
    }
    return { convo: await this.view(caller, convo) }
  }

  async view(caller, convo) {
    const profile = async (did) => ({ did, handle: (await this.#handleOf(did)) ?? 'handle.invalid' })
    const read = convo.read.get(caller) ?? ''
    return {
      id: convo.id,
      rev: convo.rev,
      members: await Promise.all(convo.members.map(profile)),
      lastMessage: convo.messages.at(-1),
      muted: false,
      status: convo.accepted.has(caller) ? 'accepted' : 'request',
      unreadCount: convo.messages.filter(({ rev, sender }) => sender.did !== caller && rev > read).length,
    }
  }

  async #check(caller, members) {
    const others = members.filter((did) => did !== caller)
    if (others.length !== 1) throw new InvalidRequestError('Convo must have exactly two members')
    if (!(await this.#handleOf(others[0]))) throw new InvalidRequestError('Recipient not found', 'RecipientNotFound')
    const refusal = this.#refusals.get(others[0])
    if (refusal) throw new InvalidRequestError('Recipient does not take messages from this account', refusal)
  }

  #record(convo, to, name, more = {}) {
    const event = { $type: defs(name), rev: more.rev ?? this.#nextRev(), convoId: convo.id, ...more }
    convo.rev = event.rev
    this.#log.push({ to, event })
    return event.rev
  }

  #nextRev() {
    return String(++this.#revs).padStart(13, '0')
  }
}

const key = (caller, members) => [...new Set([caller, ...members])].sort().join(' ')

// A page of things sorted from the newest to the oldest; the cursor is the rev of the last one shown.
function page(items, limit, cursor) {
  const rest = cursor ? items.filter(({ rev }) => rev < cursor) : items
  const shown = rest.slice(0, limit)
  return { items: shown, next: rest.length > shown.length ? shown.at(-1).rev : undefined }
}

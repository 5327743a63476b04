// Keeps this process on loopback. Import it before anything that opens a socket: dev-env listens on every
// interface, and a lookup of a name that is not local would leave the machine.

import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

const host = '127.0.0.1'

const listen = net.Server.prototype.listen

net.Server.prototype.listen = function (port, ...rest) {
  if (port !== null && typeof port === 'object') return listen.call(this, { ...port, host }, ...rest)
  if (typeof rest[0] === 'string') rest.shift()
  return listen.call(this, port, host, ...rest)
}

const local = (name) => name === 'localhost' || name === '::1' || name.startsWith('127.')
const refusal = (name) => Object.assign(new Error(`localnet: ${name} is not on loopback`), { code: 'ENOTFOUND' })

const { lookup } = dns

dns.lookup = (name, options, done) => {
  if (typeof options === 'function') return dns.lookup(name, {}, options)
  if (!local(name)) return process.nextTick(done, refusal(name))
  return lookup(name === 'localhost' ? host : name, options, done)
}

const lookupLater = dns.promises.lookup

dns.promises.lookup = async (name, options) => {
  if (!local(name)) throw refusal(name)
  return lookupLater(name === 'localhost' ? host : name, options)
}

// Questions that bypass lookup (TXT records of handles) go to a port where nobody answers.
dns.setServers([`${host}:9`])

syncBuiltinESMExports()

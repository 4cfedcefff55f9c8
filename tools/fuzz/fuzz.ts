/**
 * `npm run fuzz -- [--minutes N] [--store sqlite|postgres] [--seed S] [--parallel N] [--findings FILE]`: random requests of every kind to a server of its own, in two practices
 * that do not trust each other. Each text of each person carries a marker. It fails when an answer is a fault of the server, exceeds a bound, or holds a marker that
 * the actor may not see. Each finding goes to the file at once. The run always ends with a summary, also after a signal.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fillDatabase } from './fill-database.ts'
import { createFindings } from './findings.ts'
import { type Kept, keep } from './kept.ts'
import { runRequests } from './run-requests.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    store: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    parallel: { type: 'string', default: '4' },
    findings: { type: 'string' },
  },
})
const { store } = values
const minutes = Number(values.minutes)
const seed = Number(values.seed)
const parallel = Number(values.parallel)
if (
  !(minutes > 0) ||
  !Number.isInteger(seed) ||
  !Number.isInteger(parallel) ||
  parallel < 1 ||
  (store !== 'sqlite' && store !== 'postgres')
) {
  process.stderr.write(
    'npm run fuzz -- [--minutes N] [--store sqlite|postgres] [--seed S] [--parallel N] [--findings FILE]\n',
  )
  process.exit(2)
}

const print = (line: string) => process.stdout.write(`${line}\n`)
const file = values.findings ?? join(tmpdir(), `fuzz-${store}-${seed}-${process.pid}.ndjson`)
const findings = createFindings({ print, file, seed })

// After an early end it prints what it has found.
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    findings.note(`It was ended early by ${signal}.`)
    ending.abort()
  })
// When the reader of the lines is gone, the file still has them.
process.stdout.on('error', () => undefined)

let kept: Kept | undefined
let hasEnded = false

/** Stops everything and prints the figures in any case. */
async function end(): Promise<never> {
  if (hasEnded) return new Promise(() => undefined)
  hasEnded = true
  await kept?.stop().catch(findings.addFailure)
  findings.summarize()
  process.exit(findings.total() > 0 ? 1 : 0)
}

const fail = (error: unknown) => {
  findings.addFailure(error)
  void end()
}
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
process.once('beforeExit', () => fail(new Error('nothing was left to wait for')))

print(`Seed ${seed}, ${store}, ${minutes} minutes: filling the database. Findings go to ${file}.`)
try {
  kept = await keep(store)
  const world = await fillDatabase(kept.databaseUrl, seed)
  const server = await kept.startServer()
  print(`The server is process ${server.pid} at ${server.url}.`)
  await runRequests({ server, world, seed, minutes, parallel, findings, signal: ending.signal })
} catch (error) {
  findings.addFailure(error)
}
await end()

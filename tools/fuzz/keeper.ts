/**
 * The process that keeps the database and the server of a run. fuzz.ts starts it and speaks with it in messages. When fuzz.ts is gone,
 * it stops both and removes what they wrote. PostgreSQL is started here and nowhere else, because its package ends the process that uses it on every signal.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../test-postgres.ts'
import { type RunningServer, startServer } from './running-server.ts'

/** A message from fuzz.ts. */
export type Wish = { wish: 'database'; store: 'sqlite' | 'postgres' } | { wish: 'server' } | { wish: 'stop' }

/** A message to fuzz.ts. */
export type Report =
  | { report: 'database'; url: string }
  | { report: 'server'; url: string; pid: number }
  | { report: 'ended'; reason: string }
  | { report: 'failed'; reason: string }

interface Database {
  url: string
  remove(): Promise<void>
}

let database: Database | undefined
let server: RunningServer | undefined
let stopping: Promise<void> | undefined

// The signal handlers of the PostgreSQL package would end this process before the server has stopped.
for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'beforeExit']) process.removeAllListeners(event)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
process.once('disconnect', stop)
process.on('message', (wish: Wish) => {
  fulfil(wish).catch((error: unknown) => report({ report: 'failed', reason: String(error) }))
})

async function fulfil(wish: Wish): Promise<void> {
  if (wish.wish === 'stop') return stop()
  if (wish.wish === 'database') {
    database = wish.store === 'postgres' ? await onPostgres() : await onSqlite()
    report({ report: 'database', url: database.url })
  } else if (database) {
    server = await startServer(database.url, (reason) => {
      if (!stopping) report({ report: 'ended', reason })
    })
    report({ report: 'server', url: server.url, pid: server.pid })
  }
  // fuzz.ts ended during the start.
  if (!process.connected) await stop()
}

function stop(): Promise<void> {
  stopping ??= stopAll().finally(() => process.exit(0))
  return stopping
}

async function stopAll(): Promise<void> {
  try {
    await server?.stop()
  } finally {
    await database?.remove()
  }
}

function report(message: Report): void {
  if (process.connected) process.send?.(message)
}

async function onSqlite(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-fuzz-'))
  return {
    url: `sqlite:${join(folder, 'onpatient.db')}`,
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function onPostgres(): Promise<Database> {
  const { url, stop: remove } = await startPostgres()
  return { url, remove }
}

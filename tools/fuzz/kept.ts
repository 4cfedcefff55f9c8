import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report, Wish } from './keeper.ts'

/** The server of a run, as the driver sees it. */
export interface FuzzedServer {
  url: string
  pid: number
  /** How it ended; undefined while it runs, as it must during a run. */
  ended(): string | undefined
  /** The largest memory that it used, in megabytes; undefined when the system does not report it. */
  peakMegabytes(): number | undefined
}

/** What the keeper (keeper.ts) holds for a run. */
export interface Kept {
  databaseUrl: string
  startServer(): Promise<FuzzedServer>
  /** Stops the server and the database, and removes what they wrote. */
  stop(): Promise<void>
}

/** Starts the keeper, in a group of processes of its own: a signal to the driver's group does not reach it. Throws when there is no database. */
export async function keep(store: 'sqlite' | 'postgres'): Promise<Kept> {
  const keeper = fork(join(import.meta.dirname, 'keeper.ts'), { detached: true })
  let end: string | undefined
  keeper.on('message', (message: Report) => {
    if (message.report === 'ended') end = message.reason
  })
  keeper.once('exit', (code, signal) => {
    end ??= `the keeper ended with ${signal ?? code}`
  })
  const { url: databaseUrl } = await ask(keeper, { wish: 'database', store })
  return {
    databaseUrl,
    async startServer() {
      const { url, pid = 0 } = await ask(keeper, { wish: 'server' })
      return { url, pid, ended: () => end, peakMegabytes: () => readPeak(pid) }
    },
    async stop() {
      if (keeper.exitCode !== null || keeper.signalCode !== null) return
      const gone = once(keeper, 'exit')
      keeper.send({ wish: 'stop' } satisfies Wish)
      await gone
    },
  }
}

/** Sends a message and waits for the answer of the same name. */
function ask(
  keeper: ChildProcess,
  wish: Exclude<Wish, { wish: 'stop' }>,
): Promise<{ url: string; pid?: number }> {
  return new Promise((resolve, reject) => {
    const hear = (message: Report) => {
      if (message.report === wish.wish) settle(() => resolve(message))
      if (message.report === 'failed') settle(() => reject(new Error(message.reason)))
    }
    const miss = () => settle(() => reject(new Error(`the keeper ended before there was a ${wish.wish}`)))
    const settle = (then: () => void) => {
      keeper.off('message', hear)
      keeper.off('exit', miss)
      then()
    }
    keeper.on('message', hear)
    keeper.once('exit', miss)
    keeper.send(wish)
  })
}

function readPeak(pid: number): number | undefined {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024)
  } catch {
    return undefined
  }
}

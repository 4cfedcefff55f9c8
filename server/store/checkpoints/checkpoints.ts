import { statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

/** The number of pages in the WAL file. */
export interface CheckpointAnswer {
  pages: number
}

/** As large as SQLite lets the WAL file become by itself: 1,000 pages. */
const smallestBytes = 4 * 1024 * 1024
const manyPages = 1000

/** The time until the next look at the file, in ms. It is shorter after a look that found much. */
const busyMs = 500
const quietMs = 2000

/** A thread without work ends after so many looks, because it holds memory. */
const mostIdleLooks = 120

/**
 * Checkpoints of a SQLite file in a thread. By itself SQLite makes one with the commit that has filled the WAL file, and the process
 * stands still for up to 100 ms.
 */
export function startCheckpoints(file: string, onError: (error: Error) => void): { stop(): Promise<void> } {
  let thread: Worker | undefined
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let lastChange = 0
  let idleLooks = 0

  /** Replaces a look that is already scheduled. A thread that ends after its answer schedules one more. */
  function lookAgain(ms: number): void {
    clearTimeout(timer)
    if (!isStopped) timer = setTimeout(look, ms).unref()
  }

  function look(): void {
    const wal = statSync(`${file}-wal`, { throwIfNoEntry: false })
    if (wal && wal.size >= smallestBytes && wal.mtimeMs !== lastChange) {
      lastChange = wal.mtimeMs
      idleLooks = 0
      thread ??= startThread()
      thread.postMessage('checkpoint')
      return
    }
    idleLooks++
    if (idleLooks === mostIdleLooks) void endThread()
    lookAgain(busyMs)
  }

  function startThread(): Worker {
    const started = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), { workerData: file })
    started.unref()
    started.on('message', ({ pages }: CheckpointAnswer) => lookAgain(pages > manyPages ? busyMs : quietMs))
    started.on('error', onError)
    started.on('exit', () => {
      if (thread !== started) return
      thread = undefined
      lookAgain(quietMs)
    })
    return started
  }

  async function endThread(): Promise<void> {
    const ending = thread
    thread = undefined
    await ending?.terminate()
  }

  lookAgain(busyMs)
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await endThread()
    },
  }
}

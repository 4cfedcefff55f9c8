import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

/** Syncs commits to the disk. */
export interface WalSync {
  /** Resolves when every commit that was made before the call is on the disk. Rejects with a code of SQLite when that fails. */
  sync(): Promise<void>
  close(): void
}

/**
 * The WAL file of a SQLite database that commits with `synchronous = NORMAL`. SQLite would wait for the disk within the commit,
 * and with it all of the process, 10 to 180 ms on a busy disk. Here a thread of libuv waits, and all commits made meanwhile share
 * the next wait. A commit survives the end of the process in any case. This makes it survive a power cut
 * (https://sqlite.org/pragma.html#pragma_synchronous).
 *
 * The WAL file has no locks of its own, so that opening and closing it once more takes none away from SQLite
 * (https://sqlite.org/walformat.html#locks).
 */
export function openWalSync(file: string): WalSync {
  let descriptor: number | undefined
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  let broken: Error | undefined

  function start(): Promise<void> {
    descriptor ??= openWal(file)
    const wal = descriptor
    running = new Promise<void>((done, failed) => {
      fdatasync(wal, (error) => {
        if (!error) return done()
        // After a failed sync the system may drop the data and report success for the next one. Only a restart reads the
        // real state.
        broken = Object.assign(new Error(`the disk did not take what was written: ${error.message}`), {
          code: error.code === 'ENOSPC' ? 'SQLITE_FULL' : 'SQLITE_IOERR_FSYNC',
        })
        failed(broken)
      })
    }).finally(() => {
      running = undefined
    })
    return running
  }

  /** Later commits need one more sync. */
  function startNext(): Promise<void> {
    next = undefined
    return broken ? Promise.reject(broken) : start()
  }

  return {
    async sync() {
      if (broken) throw broken
      if (!running) return start()
      // The running sync may have begun before the commit.
      next ??= running.then(startNext, startNext)
      return next
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    },
  }
}

/** The name of a new file is part of its folder, which is synced, too. */
function openWal(file: string): number {
  const descriptor = openSync(`${file}-wal`, 'r')
  if (process.platform === 'win32') return descriptor
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
  return descriptor
}

/** A thread with a read-only connection of its own, in which one long search runs at a time. */

import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { takeRows } from '../taken-rows.ts'
import { setTimeLimit, TimeLimitError } from '../time-limit.ts'
import type { ThreadAnswer, ThreadQuestion, ThreadSettings } from './search-threads.ts'

// On Linux this is the priority of the thread alone (setpriority(2)): the process that answers comes first.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

const { file, stopped } = workerData as ThreadSettings
const database = new Database(file, { readonly: true })
database.pragma('busy_timeout = 2000')
const isStopped = new Int32Array(stopped)
const within = setTimeLimit(database, () => Atomics.load(isStopped, 0) === 1)

parentPort?.on('message', ({ text, values, limitMs, mostBytes }: ThreadQuestion) => {
  parentPort?.postMessage(answer())

  function answer(): ThreadAnswer {
    try {
      const statement = database.prepare(text)
      return within(limitMs, () => ({ taken: takeRows(statement, values, mostBytes) }))
    } catch (error) {
      if (error instanceof TimeLimitError) return { isTooLong: true }
      const { message, code } = error as Error & { code?: string }
      return { failure: { message, code } }
    }
  }
})

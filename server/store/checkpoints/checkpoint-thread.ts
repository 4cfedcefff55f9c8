/** A thread that copies committed pages from the WAL file into the database, and syncs both to the disk. */
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { CheckpointAnswer } from './checkpoints.ts'

const database = new Database(workerData as string, { fileMustExist: true })
database.pragma('synchronous = FULL')

/** Readers and writers go on meanwhile: https://sqlite.org/c3ref/wal_checkpoint_v2.html */
parentPort?.on('message', () => {
  const [{ log = 0 } = {}] = database.pragma('wal_checkpoint(PASSIVE)') as Array<{ log?: number }>
  parentPort?.postMessage({ pages: log } satisfies CheckpointAnswer)
})

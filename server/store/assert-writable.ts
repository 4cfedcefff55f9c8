import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Db } from './db.ts'

/**
 * With less room than this a write fails sooner or later. Small writes work for a while, because SQLite reuses its log of writes.
 */
const leastFreeBytes = 1024 ** 2

const farAwayMs = 100 * 365 * 24 * 3600 * 1000

/** Writes a row that exists only for this check, and throws like any write. */
export async function assertWritable(db: Db): Promise<void> {
  await db
    .insertInto('throttle')
    .values({ key: 'readiness', attempts: 0, blocked_until: 0, expires_at: farAwayMs })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({ attempts: eb('throttle.attempts', '+', 1) })),
    )
    .execute()
}

/** Throws with SQLite's code when the disk of a file has no room. */
export function assertRoomOnDisk(file: string): void {
  const { bavail, bsize } = statfsSync(dirname(file))
  if (bavail * bsize < leastFreeBytes)
    throw Object.assign(new Error('The disk of the database is full.'), { code: 'SQLITE_FULL' })
}

import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { StoreSetting } from '../settings.ts'

/** Files that the schedule makes have the time in their name; nothing else in the folder is ever touched. */
const form = /^onpatient-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)\.(?:db\.gz|dump)$/
const unfinished = /^onpatient-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.(?:db\.gz|dump)\.part/

/** The name of a backup of this moment. */
export function backupFile(folder: string, kind: StoreSetting['kind'], at: Date): string {
  const time = `${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z`
  return join(folder, `onpatient-${time}.${kind === 'sqlite' ? 'db.gz' : 'dump'}`)
}

/** Those of the schedule, newest first. */
export function listBackups(folder: string): Array<{ file: string; bytes: number }> {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => form.test(name))
    .sort()
    .reverse()
    .map((name) => ({ file: join(folder, name), bytes: statSync(join(folder, name)).size }))
}

/** Deletes what is beyond the number to keep. */
export function deleteOldBackups(folder: string, keep: number): void {
  for (const { file } of listBackups(folder).slice(keep)) rmSync(file, { force: true })
}

/** Deletes what a process left that was killed while it made one. */
export function deleteUnfinished(folder: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder))
    if (unfinished.test(name)) rmSync(join(folder, name), { force: true })
}

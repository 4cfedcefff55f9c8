import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { BackupFigures } from '#server/backups/backups.ts'
import { systemClock } from '../clock.ts'
import type { Settings } from '../settings.ts'
import type { Finding } from './finding.ts'

const check = 'backups'

/** What `doctor` says of the backups that the server makes by itself. */
export function describeBackups(figures: BackupFigures | undefined, settings: Settings): Finding {
  const { backups } = settings
  if (!figures || !backups)
    return {
      check,
      ok: true,
      message: 'the server makes none: set BACKUP_DIR, unless something else copies the database',
    }
  const { succeededAt, failedAt, reason, kept } = figures
  const fault = (message: string) => ({ check, ok: false, message })
  const failure = failedAt === undefined ? '' : ` The last try failed: ${reason ?? 'unknown'}`
  if (succeededAt === undefined)
    return fault(
      `none was made yet in ${backups.folder}: the server makes one in the first minute that it runs.${failure}`,
    )
  const age = systemClock.now().getTime() - succeededAt.getTime()
  const last = `the last good one is ${describeAge(age)} old`
  if (failedAt !== undefined) return fault(`${last}.${failure}`)
  if (age > 2 * backups.everyMs)
    return fault(`${last}, more than twice BACKUP_EVERY: look whether the server runs, and at its log`)
  // With PostgreSQL another machine may have made it.
  if (settings.store.kind === 'sqlite' && kept === 0)
    return fault(`${last}, but there is none in ${backups.folder} any more`)
  return { check, ok: true, message: `${last}, ${kept} are in ${backups.folder}${describeDisk(settings)}` }
}

function describeDisk({ store, backups }: Settings): string {
  if (store.kind !== 'sqlite' || !backups) return ''
  try {
    const isSame = statSync(dirname(store.file)).dev === statSync(backups.folder).dev
    return isSame ? ', on the disk of the database: copy them to another one' : ''
  } catch {
    return ''
  }
}

function describeAge(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 120) return `${minutes} minutes`
  return minutes < 2880 ? `${Math.floor(minutes / 60)} hours` : `${Math.floor(minutes / 1440)} days`
}

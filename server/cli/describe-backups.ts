import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { BackupFigures } from '#server/backups/backups.ts'
import { systemClock } from '../clock.ts'
import type { Settings } from '../settings.ts'
import type { Finding } from './finding.ts'

const check = 'backups'

/** The line of `doctor` about the backups that the server makes by itself. */
export function describeBackups(figures: BackupFigures | undefined, settings: Settings): Finding {
  const { backups } = settings
  if (!figures || !backups)
    return {
      check,
      ok: true,
      message: 'the server makes none: set BACKUP_DIR, unless another program copies the database',
    }
  const { succeededAt, failedAt, reason, kept } = figures
  const fault = (message: string) => ({ check, ok: false, message })
  const failure = failedAt === undefined ? '' : ` The last try failed: ${reason ?? 'unknown'}`
  if (succeededAt === undefined)
    return fault(`${backups.folder} has none yet: the server makes one in its first minute.${failure}`)
  const age = systemClock.now().getTime() - succeededAt.getTime()
  const last = `the last good one is ${describeAge(age)} old`
  if (failedAt !== undefined) return fault(`${last}.${failure}`)
  if (age > 2 * backups.everyMs)
    return fault(`${last}, more than twice BACKUP_EVERY: check that the server runs, and read its log`)
  // With PostgreSQL another machine may have made it.
  if (settings.store.kind === 'sqlite' && kept === 0)
    return fault(`${last}, but ${backups.folder} has none any more`)
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

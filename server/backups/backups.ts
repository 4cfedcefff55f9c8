import { existsSync } from 'node:fs'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import { newId, type Random } from '../secrets.ts'
import type { BackupSetting, StoreSetting } from '../settings.ts'
import { makePrivateFolder } from '../store/private-files.ts'
import type { Schedule } from '../store/schedule.ts'
import { backupFile, deleteOldBackups, deleteUnfinished, listBackups } from './backup-files.ts'
import { type BackupRun, runBackup } from './run-backup.ts'

/** How the backups of the server are doing. */
export interface BackupFigures {
  /** When the last good one was begun: what was written later is not in it. */
  succeededAt: Date | undefined
  /** When one failed after that, and why. */
  failedAt: Date | undefined
  reason: string | undefined
  /** On this machine. */
  kept: number
}

/** Backups that the server makes by itself. */
export interface Backups {
  /** Looks every minute, from now on, whether one is due. */
  start(): void
  /** Makes one when it is due and nobody else does. */
  runIfDue(): Promise<void>
  examine(): Promise<BackupFigures>
  /** Ends one that is under way; it is made anew after the next start. */
  stop(): Promise<void>
}

interface BackupsDeps {
  setting: BackupSetting
  store: StoreSetting
  schedule: Schedule
  clock: Clock
  random: Random
  logger: Logger
  /** Makes one; tests pass one that fails. */
  run?: (store: StoreSetting, file: string) => BackupRun
}

const workName = 'backup'
const lookEveryMs = 60_000
/** A process that is killed in between leaves the work to another one after this time. */
const leaseMs = 120_000
const renewEveryMs = 30_000
/** One that failed is tried again sooner than the next is due. */
const retryMs = 15 * 60_000

export function createBackups(deps: BackupsDeps): Backups {
  const { setting, store, schedule, clock, random, logger, run = runBackup } = deps
  let looking: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let underWay: BackupRun | undefined
  let isStopped = false

  function isDue({
    succeededAt,
    failedAt,
  }: {
    succeededAt: number | undefined
    failedAt: number | undefined
  }) {
    const now = clock.now().getTime()
    const passed = (since: number, wait: number) => now - since >= wait || since > now
    if (failedAt !== undefined && !passed(failedAt, Math.min(retryMs, setting.everyMs))) return false
    return succeededAt === undefined || passed(succeededAt, setting.everyMs)
  }

  async function make(): Promise<void> {
    const holder = newId('job', random)
    const began = clock.now()
    if (!(await schedule.take(workName, { holder, leaseMs, isDue }))) return
    // It was stopped while it took the work: nothing is begun any more.
    if (isStopped) return schedule.release(workName, { holder })
    const renewing = setInterval(() => {
      void schedule
        .renew(workName, { holder, leaseMs })
        .catch((error: unknown) => logger.warn({ err: error }, 'a backup could not be held on to'))
    }, renewEveryMs).unref()
    try {
      makePrivateFolder(setting.folder)
      deleteUnfinished(setting.folder)
      const file = backupFile(setting.folder, store.kind, began)
      underWay = run(store, file)
      const { bytes, records, seconds } = await underWay.outcome
      await schedule.succeed(workName, { holder, at: began.getTime() })
      deleteOldBackups(setting.folder, setting.keep)
      logger.info({ file, bytes, records, seconds }, 'a backup was made and found intact')
    } catch (error) {
      const reason = (error as Error).message
      if (isStopped) await schedule.release(workName, { holder })
      else {
        await schedule.fail(workName, { holder, at: clock.now().getTime(), reason })
        logger.error({ reason }, 'a backup failed: the earlier ones are as they were, and it is tried again')
      }
    } finally {
      clearInterval(renewing)
      underWay = undefined
    }
  }

  function runIfDue(): Promise<void> {
    if (isStopped) return Promise.resolve()
    running ??= make().finally(() => {
      running = undefined
    })
    return running
  }

  function look(): void {
    runIfDue().catch((error: unknown) =>
      logger.warn({ err: error }, 'looking whether a backup is due failed'),
    )
  }

  return {
    runIfDue,
    start() {
      looking = setInterval(look, lookEveryMs).unref()
      look()
    },
    async examine() {
      const state = await schedule.find(workName)
      const asDate = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms))
      const hasFailed = (state?.failedAt ?? 0) > (state?.succeededAt ?? 0)
      return {
        succeededAt: asDate(state?.succeededAt),
        failedAt: hasFailed ? asDate(state?.failedAt) : undefined,
        reason: hasFailed ? state?.reason : undefined,
        kept: existsSync(setting.folder) ? listBackups(setting.folder).length : 0,
      }
    },
    async stop() {
      isStopped = true
      clearInterval(looking)
      underWay?.cancel()
      await running?.catch(() => undefined)
    },
  }
}

/** For /metrics. */
export function backupGauges(backups: Backups, clock: Clock) {
  const seconds = (at: Date | undefined) => at && Math.floor(at.getTime() / 1000)
  return [
    {
      name: 'onpatient_backup_last_success_timestamp_seconds',
      help: 'When the last good backup was begun.',
      read: async () => seconds((await backups.examine()).succeededAt),
    },
    {
      name: 'onpatient_backup_age_seconds',
      help: 'For how long that is past.',
      read: async () => {
        const { succeededAt } = await backups.examine()
        return succeededAt && Math.max(0, Math.floor((clock.now().getTime() - succeededAt.getTime()) / 1000))
      },
    },
    {
      name: 'onpatient_backup_failed',
      help: '1 when a backup failed after the last good one.',
      read: async () => ((await backups.examine()).failedAt === undefined ? 0 : 1),
    },
  ]
}

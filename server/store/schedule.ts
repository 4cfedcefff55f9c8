import type { Clock } from '../clock.ts'
import type { Db } from './db.ts'

interface WorkState {
  succeededAt: number | undefined
  failedAt: number | undefined
  reason: string | undefined
}

/** Scheduled work that only one process does, and its outcome. Both are kept in the database. Times are in ms. */
export interface Schedule {
  /** Whether the work is due and this process may do it now. If so, the process holds it for the time of the lease. */
  take(
    name: string,
    how: { holder: string; leaseMs: number; isDue(state: WorkState): boolean },
  ): Promise<boolean>
  renew(name: string, how: { holder: string; leaseMs: number }): Promise<void>
  succeed(name: string, how: { holder: string; at: number }): Promise<void>
  fail(name: string, how: { holder: string; at: number; reason: string }): Promise<void>
  /** Gives the work back as if it had not been taken. */
  release(name: string, how: { holder: string }): Promise<void>
  find(name: string): Promise<WorkState | undefined>
}

export function createSchedule({ db, clock }: { db: Db; clock: Clock }): Schedule {
  const now = () => clock.now().getTime()
  const held = (name: string, holder: string) =>
    db.updateTable('scheduled_work').where('name', '=', name).where('holder', '=', holder)
  const read = (name: string) =>
    db.selectFrom('scheduled_work').selectAll().where('name', '=', name).executeTakeFirst()
  const toState = (row: {
    succeeded_at: number | null
    failed_at: number | null
    reason: string | null
  }) => ({
    succeededAt: row.succeeded_at ?? undefined,
    failedAt: row.failed_at ?? undefined,
    reason: row.reason ?? undefined,
  })

  return {
    async take(name, { holder, leaseMs, isDue }) {
      await db
        .insertInto('scheduled_work')
        .values({
          name,
          held_until: 0,
          holder: null,
          began_at: 0,
          succeeded_at: null,
          failed_at: null,
          reason: null,
        })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
      const row = await read(name)
      // A lease with a later end than possible was given while the clock was ahead.
      if (!row || !isDue(toState(row)) || (row.held_until > now() && row.held_until <= now() + leaseMs))
        return false
      const taken = await db
        .updateTable('scheduled_work')
        .set({ holder, held_until: now() + leaseMs, began_at: now() })
        .where('name', '=', name)
        // The first of several processes that saw the work free takes it.
        .where('held_until', '=', row.held_until)
        .where('began_at', '=', row.began_at)
        .where((eb) => (row.holder === null ? eb('holder', 'is', null) : eb('holder', '=', row.holder)))
        .returning('name')
        .executeTakeFirst()
      return taken !== undefined
    },
    async renew(name, { holder, leaseMs }) {
      await held(name, holder)
        .set({ held_until: now() + leaseMs })
        .execute()
    },
    async succeed(name, { holder, at }) {
      await held(name, holder)
        .set({ held_until: 0, holder: null, succeeded_at: at, failed_at: null, reason: null })
        .execute()
    },
    async fail(name, { holder, at, reason }) {
      await held(name, holder).set({ held_until: 0, holder: null, failed_at: at, reason }).execute()
    },
    async release(name, { holder }) {
      await held(name, holder).set({ held_until: 0, holder: null }).execute()
    },
    async find(name) {
      const row = await read(name)
      return row && toState(row)
    },
  }
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readLimits } from '#server/limits.ts'
import { createRateLimits, shareCounts } from '#server/rate-limits/rate-limits.ts'
import { openPostgresStore } from '#server/store/postgres.ts'
import { startClock } from '../support/start-app.ts'
import { createTestDatabase, runOnServer, testServerUrl } from '../support/test-store.ts'

/** As one machine has them. */
async function openMachine(url: string) {
  const store = await openPostgresStore(url)
  const limits = readLimits({ MAX_REQUESTS_PER_TOKEN: '100' })
  const rateLimits = createRateLimits({ limits, clock: startClock() })
  const sharing = shareCounts(rateLimits, store.broadcast)
  const counted = [{ limit: 'tokenRequests', subject: 'gr_1' }] as const
  return {
    /** Counts a hundredth of the limit, which the others get at once. */
    count: () => rateLimits.count(counted),
    /** Counts nothing. */
    look: () => rateLimits.count(counted, 0).remaining,
    async close() {
      sharing.stop()
      await store.close()
    },
  }
}

type Machine = Awaited<ReturnType<typeof openMachine>>

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let tried = 0; tried < 90; tried++) {
    if (isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(`not in time: ${what}`)
}

test('machines on one PostgreSQL database count together, also after their connections were ended', async () => {
  if (testServerUrl === undefined) throw new Error('ONPATIENT_TEST_POSTGRES names no server')
  const { url, drop } = await createTestDatabase(testServerUrl)
  const [one, two] = [await openMachine(url), await openMachine(url)]
  try {
    const arrivesFrom = (sender: Machine, receiver: Machine) => {
      const before = receiver.look()
      return until(() => {
        sender.count()
        return receiver.look() < before
      }, 'counts of the other machine')
    }
    await arrivesFrom(one, two)
    await runOnServer(
      url,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'onpatient broadcast' and datname = current_database()",
    )
    await arrivesFrom(one, two)
    await arrivesFrom(two, one)
  } finally {
    for (const machine of [one, two]) await machine.close()
    await drop()
  }
})

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
  const count = () => rateLimits.count([{ limit: 'tokenRequests', subject: 'gr_1' }])
  return {
    count,
    async close() {
      sharing.stop()
      await store.close()
    },
  }
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let tried = 0; tried < 500; tried++) {
    if (isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail(`not in time: ${what}`)
}

test('machines on one PostgreSQL database count together, also after their connections were ended', async () => {
  if (testServerUrl === undefined) throw new Error('ONPATIENT_TEST_POSTGRES names no server')
  const { url, drop } = await createTestDatabase(testServerUrl)
  const machines = [await openMachine(url), await openMachine(url)]
  const [one, two] = machines
  try {
    // Before both listen, nothing arrives: that costs one request of each try.
    await until(() => {
      one?.count()
      return (two?.count().remaining ?? 0) < 90
    }, 'counts of the other machine')
    await runOnServer(
      url,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'onpatient broadcast' and datname = current_database()",
    )
    let allowed = 0
    await until(() => {
      const { isRefused, remaining } = one?.count() ?? { isRefused: true, remaining: 0 }
      if (!isRefused) allowed++
      return isRefused || remaining === 0
    }, 'the limit of one')
    await until(() => two?.count().isRefused === true, 'the limit of the other')
    assert.ok(allowed <= 100)
  } finally {
    for (const machine of machines) await machine.close()
    await drop()
  }
})

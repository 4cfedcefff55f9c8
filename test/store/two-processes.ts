import { createAccounts } from '#server/accounts/accounts.ts'
import { createApplications } from '#server/applications/applications.ts'
import { createAdapter } from '#server/authorization/engine/oidc-adapter.ts'
import { createSharedCommits } from '#server/authorization/engine/shared-commits.ts'
import { createTokenWrites } from '#server/authorization/token/token-writes.ts'
import { createGrants } from '#server/grants/grants.ts'
import { createPractices } from '#server/practices/practices.ts'
import { createRateLimits } from '#server/rate-limits/rate-limits.ts'
import { createRecords } from '#server/records/records.ts'
import { systemRandom as random } from '#server/secrets.ts'
import { openPostgresStore } from '#server/store/postgres.ts'
import { createUsedOnce } from '#server/store/used-once.ts'
import { usualLimits } from '../support/mail-counts.ts'
import { openOutbox } from '../support/open-outbox.ts'
import { startClock } from '../support/start-app.ts'
import { createTestDatabase, testServerUrl } from '../support/test-store.ts'

/** Two times all modules, each with a pool of its own, on one PostgreSQL database: as two processes have them. */
export async function startTwoProcesses() {
  if (testServerUrl === undefined) throw new Error('ONPATIENT_TEST_POSTGRES names no server')
  const { url, drop } = await createTestDatabase(testServerUrl)
  const clock = startClock()
  const start = async () => {
    const store = await openPostgresStore(url)
    const outbox = openOutbox(store.db, clock)
    const usual = usualLimits(store.db, clock)
    const parts = {
      db: store.db,
      clock,
      random,
      mailer: outbox,
      portalUrl: 'http://localhost:8000',
      ...usual,
    }
    const records = createRecords(parts)
    const synthesize = () => {
      throw new Error('no sandbox here')
    }
    const practices = createPractices({ ...parts, records, synthesize })
    const grants = createGrants({ ...parts, practices })
    const applications = createApplications({ ...parts, practices, onRemoved: async () => undefined })
    const accounts = createAccounts({
      ...parts,
      factorKey: 'f'.repeat(43),
      endGrants: async () => undefined,
      onPasswordChanged: () => undefined,
      endWhatItHas: async () => undefined,
      onClosed: async () => undefined,
      passwordCost: { memoryKib: 64, passes: 1 },
    })
    const usedOnce = createUsedOnce({ db: store.db, clock })
    const writes = createTokenWrites(createSharedCommits(store.db))
    const keys = { cookie: 'c'.repeat(43) }
    const own = { writes, keys, rateLimits: createRateLimits({ limits: usual.limits, clock }) }
    const adapter = createAdapter({ ...parts, grants, applications, accounts, ...own })
    return { store, records, practices, grants, applications, accounts, usedOnce, adapter, outbox }
  }
  const first = await start()
  const second = await start()
  return {
    url,
    clock,
    outbox: first.outbox,
    first,
    second,
    async [Symbol.asyncDispose]() {
      await first.store.close()
      await second.store.close()
      await drop()
    },
  }
}

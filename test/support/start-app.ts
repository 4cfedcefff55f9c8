import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Modules } from '#server/app.ts'
import { createLogger } from '#server/logger.ts'
import { systemRandom } from '#server/secrets.ts'
import { serve } from '#server/serve.ts'
import { readSettings } from '#server/settings.ts'
import type { Store } from '#server/store/store.ts'
import { openTestStore } from './test-store.ts'

/** A clock that stands still until a test moves it on. */
export interface TestClock {
  now(): Date
  ticks(): number
  forward(seconds: number): void
  /** Somebody sets the time of day, by so many seconds forward or back; no time passes. */
  jump(seconds: number): void
}

export function startClock(at = new Date()): TestClock {
  let passed = 0
  let offset = at.getTime()
  return {
    now: () => new Date(offset + passed),
    ticks: () => passed,
    forward: (seconds) => {
      passed += seconds * 1000
    },
    jump: (seconds) => {
      offset += seconds * 1000
    },
  }
}

export interface TestApp extends AsyncDisposable {
  portalUrl: string
  fhirUrl: string
  /** Where classic clients read, e.g. `http://localhost:40001/onpatient_api/fhir`. */
  classicUrl: string
  /** The port that really listens, whatever the addresses say. */
  port: number
  /** That of `/metrics`, when it has one of its own. */
  metricsPort: number | undefined
  modules: Modules
  store: Store
  clock: TestClock
  /** The folder of the database file when the store is SQLite, gone at the end. */
  folder: string
  /** As the setting DATABASE_URL has it: for another process on the same database. */
  databaseUrl: string
}

/** A whole server on a free port with a database of its own; `env` overrides settings. */
export async function startApp(env: Record<string, string> = {}): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-test-'))
  const file = join(folder, 'onpatient.db')
  const clock = startClock()
  const settings = readSettings({
    PORT: '0',
    DATABASE_URL: `sqlite:${file}`,
    LOG_LEVEL: 'silent',
    NODE_ENV: 'test',
    ...env,
  })
  const store = await openTestStore({ file, limits: settings.limits })
  const server = await serve({
    settings,
    store,
    clock,
    random: systemRandom,
    logger: createLogger('silent'),
    passwordCost: { memoryKib: 64, passes: 1 },
  })
  const { portalUrl, fhirUrl } = server.origins
  return {
    portalUrl,
    fhirUrl,
    port: server.port,
    metricsPort: server.metricsPort,
    classicUrl: `${fhirUrl}/onpatient_api/fhir`,
    modules: server.modules,
    store,
    clock,
    folder,
    databaseUrl: store.url,
    async [Symbol.asyncDispose]() {
      await server.close()
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

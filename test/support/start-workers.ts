import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createModules } from '#server/app.ts'
import { systemClock } from '#server/clock.ts'
import { createLogger } from '#server/logger.ts'
import { resolveOrigins } from '#server/origins.ts'
import { systemRandom } from '#server/secrets.ts'
import { readSettings } from '#server/settings.ts'
import { openCommandLine, waitForAddress } from '../cli/run-onpatient.ts'
import type { TestApp } from './start-app.ts'
import { openTestStore } from './test-store.ts'

/** The same as `startApp`, answered by two processes on one database. Their clock is the machine's, so that it cannot be moved. */
export async function startWorkers(env: Record<string, string> = {}): Promise<TestApp> {
  const port = await findFreePort()
  const cli = await openCommandLine()
  const store = await openTestStore({ file: `${cli.folder}/onpatient.db` })
  await using starting = new AsyncDisposableStack()
  starting.use(cli)
  starting.defer(() => store.close())
  const portalUrl = `http://localhost:${port}`
  const given = { DATABASE_URL: store.url, PORT: String(port), LOG_LEVEL: 'silent', ...env }
  const settings = readSettings({ ...given, NODE_ENV: 'test' })
  const origins = resolveOrigins(settings, port, undefined)
  const modules = await createModules({
    ...{ settings, origins, store, clock: systemClock, random: systemRandom },
    logger: createLogger('silent'),
    passwordCost: { memoryKib: 64, passes: 1 },
  })
  const servers = starting.use(await openCommandLine({ ...given, WORKERS: '2', DEMO: 'off' }))
  await waitForAddress(servers.start('serve'))
  const owned = starting.move()
  return {
    ...{ portalUrl, fhirUrl: portalUrl, port, metricsPort: undefined, modules, store },
    classicUrl: `${portalUrl}/onpatient_api/fhir`,
    clock: {
      ...systemClock,
      forward: () => {
        throw new Error('the clock of other processes cannot be moved')
      },
      jump: () => {
        throw new Error('the clock of other processes cannot be moved')
      },
    },
    folder: cli.folder,
    databaseUrl: store.url,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** One that stays when one of the processes that listen on it dies. */
async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

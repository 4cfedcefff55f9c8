import { createNouns, type Nouns } from '../app.ts'
import { systemClock } from '../clock.ts'
import { createLogger } from '../logger.ts'
import { resolveOrigins } from '../origins.ts'
import { systemRandom } from '../secrets.ts'
import { readSettings, type Settings } from '../settings.ts'
import { openStore as openStoreOf, type Store } from '../store/store.ts'

/** Opens the database of the settings; the caller closes it. */
export function openStore({ store, logLevel, limits }: Settings): Promise<Store> {
  return openStoreOf(store, { logger: createLogger(logLevel), limits })
}

/** Runs a command on the nouns of the database in the settings, and closes it whatever happens. */
export async function withNouns<Result>(
  run: (nouns: Nouns & { portalUrl: string }) => Promise<Result>,
): Promise<Result> {
  const settings = readSettings()
  const store = await openStore(settings)
  try {
    const origins = resolveOrigins(settings, settings.port, undefined)
    const logger = createLogger('warn')
    const nouns = await createNouns({
      settings,
      origins,
      store,
      clock: systemClock,
      random: systemRandom,
      logger,
    })
    return await run({ ...nouns, portalUrl: origins.portalUrl })
  } finally {
    await store.close()
  }
}

/** Prints a result: as JSON on one line when asked, else as the lines given. */
export function printResult(result: unknown, lines: string[], isJson: boolean | undefined): void {
  process.stdout.write(`${isJson ? JSON.stringify(result) : lines.join('\n')}\n`)
}

export function formatBytes(bytes: number): string {
  return bytes < 1024 ** 2 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`
}

import { createModules, type Modules } from '../app.ts'
import { systemClock } from '../clock.ts'
import { createLogger } from '../logger.ts'
import { resolveOrigins } from '../origins.ts'
import { systemRandom } from '../secrets.ts'
import { hidePassword, readSettings, type Settings } from '../settings.ts'
import { openStore as openStoreOf, type Store } from '../store/store.ts'

/**
 * Opens the database of the settings; the caller closes it. Makes one only where `mayCreate` says that this may be a beginning, and
 * says so on standard error: a mistyped address must not become an empty database.
 */
export async function openStore(
  { store: setting, logLevel, limits }: Settings,
  { mayCreate = false } = {},
): Promise<Store> {
  const store = await openStoreOf(setting, { logger: createLogger(logLevel), limits, mayCreate })
  const place = setting.kind === 'sqlite' ? setting.file : hidePassword(setting.url)
  if (store.isNew) process.stderr.write(`There was no database at ${place}: a new one was made.\n`)
  return store
}

/** Whether a command with which a database may begin makes one: in production a word says that it is meant. */
export function mayBegin({ newDatabase }: Settings, options: { new?: true }): boolean {
  return options.new === true || newDatabase === 'allow'
}

/** The word on the command line. */
export const newOption = [
  '--new',
  'make a new database where there is none; outside production it goes without saying',
] as const

/** Runs a command on the modules of the database in the settings, and closes it whatever happens. */
export async function withModules<Result>(
  run: (modules: Modules & { portalUrl: string }) => Promise<Result>,
  options: { mayCreate?: boolean } = {},
): Promise<Result> {
  const settings = readSettings()
  const store = await openStore(settings, options)
  try {
    const origins = resolveOrigins(settings, settings.port, undefined)
    const logger = createLogger('warn')
    const modules = await createModules({
      settings,
      origins,
      store,
      clock: systemClock,
      random: systemRandom,
      logger,
    })
    return await run({ ...modules, portalUrl: origins.portalUrl })
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

import { createModules, type Modules } from '../app.ts'
import { systemClock } from '../clock.ts'
import { createLogger } from '../logger.ts'
import { resolveOrigins } from '../origins.ts'
import { systemRandom } from '../secrets.ts'
import { hidePassword, readSettings, type Settings } from '../settings.ts'
import { openStore as openStoreOf, type Store } from '../store/store.ts'

/**
 * Opens the database of the settings; the caller closes it. It makes a new one only when `mayCreate` allows it, and reports that on standard
 * error, because a mistyped address must not become an empty database unnoticed.
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

/** Whether a command may make a new database: outside production always, in production with the option --new. */
export function mayBegin({ newDatabase }: Settings, options: { new?: true }): boolean {
  return options.new === true || newDatabase === 'allow'
}

/** The option on the command line. */
export const newOption = [
  '--new',
  'make a new database where there is none; only production needs this option',
] as const

/** Runs a command on the modules of the database in the settings, and closes the database in any case. */
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

/** Prints a result as JSON on one line when the command has --json, else as lines. */
export function printResult(result: unknown, lines: string[], isJson: boolean | undefined): void {
  process.stdout.write(`${isJson ? JSON.stringify(result) : lines.join('\n')}\n`)
}

export function formatBytes(bytes: number): string {
  return bytes < 1024 ** 2 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`
}

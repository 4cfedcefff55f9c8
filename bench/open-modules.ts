import { createModules, type Modules } from '#server/app.ts'
import { systemClock } from '#server/clock.ts'
import { createLogger } from '#server/logger.ts'
import { resolveOrigins } from '#server/origins.ts'
import { systemRandom } from '#server/secrets.ts'
import { readSettings } from '#server/settings.ts'
import { openStore, type Store } from '#server/store/store.ts'

export interface OpenModules extends Modules {
  store: Store
  close(): Promise<void>
}

/** The modules of the server on a database that it may have open, too. */
export async function openModules(databaseUrl: string, portalUrl?: string): Promise<OpenModules> {
  const settings = readSettings({
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'error',
    ...(portalUrl === undefined ? {} : { PORTAL_URL: portalUrl }),
  })
  const store = await openStore(settings.store)
  const modules = await createModules({
    settings,
    origins: resolveOrigins(settings, settings.port, undefined),
    store,
    clock: systemClock,
    random: systemRandom,
    logger: createLogger('error'),
  })
  return { ...modules, store, close: () => store.close() }
}

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildApiSite, buildPortalSite, createModules, type Foundations, type Modules } from './app.ts'
import { metricsListener } from './http/metrics.ts'
import { listen } from './listen.ts'
import { findApiPort, isForApi, isKnownHost, type Origins, resolveOrigins } from './origins.ts'
import { shareCounts } from './rate-limits/rate-limits.ts'

export interface RunningServer {
  origins: Origins
  /** The main port, also when the setting was 0. */
  port: number
  /** The port of `/metrics`, when it has one of its own. */
  metricsPort: number | undefined
  modules: Modules
  /** Finishes the open requests, then stops. The caller closes the store. */
  close(): Promise<void>
}

interface ServeOptions extends Omit<Foundations, 'origins'> {
  /** Called when all modules are there and before the first request is answered, for instance to make demo content. */
  beforeServing?(modules: Modules, origins: Origins): Promise<void>
}

const sweepEveryMs = 3600 * 1000

const watchEveryMs = 5000

/** How often the log says how far the search index is rebuilt, while the server answers. */
const reportIndexEveryMs = 10_000

/** Opens the port (or two), builds the sites and answers. */
export async function serve({ beforeServing, ...options }: ServeOptions): Promise<RunningServer> {
  const { settings } = options
  const main = await listen(settings.port, settings.host)
  const apiPort = findApiPort(settings)
  const second = apiPort === undefined ? undefined : await listen(apiPort, settings.host)
  // On this machine alone, whatever HOST says. From elsewhere METRICS_TOKEN opens the main port.
  const figures =
    settings.metricsPort === undefined ? undefined : await listen(settings.metricsPort, '127.0.0.1')
  const origins = resolveOrigins(settings, main.port, second?.port)
  const foundations: Foundations = { ...options, origins }
  const modules = await createModules(foundations)
  await beforeServing?.(modules, origins)
  const portal = await buildPortalSite(foundations, modules)
  const api = origins.kind === 'one' ? undefined : await buildApiSite(foundations, modules)
  main.serve(pickSite(portal.routing, api?.routing, origins))
  if (api) second?.serve(api.routing)
  modules.mailSender?.start()
  modules.backups?.start()
  const sharing = shareCounts(modules.rateLimits, options.store.broadcast)
  figures?.serve(metricsListener(modules.metrics))
  const sweeping = setInterval(
    () => modules.sweep().catch((error: unknown) => options.logger.warn({ err: error }, 'sweeping failed')),
    sweepEveryMs,
  ).unref()
  const watching = watchFile(options)
  const indexing = keepIndexUpToDate(modules, options)
  return {
    origins,
    port: main.port,
    metricsPort: figures?.port,
    modules,
    async close() {
      clearInterval(sweeping)
      clearInterval(watching)
      sharing.stop()
      await Promise.all([
        main.drain(),
        second?.drain(),
        figures?.drain(),
        indexing.stop(),
        modules.backups?.stop(),
        modules.mailSender?.stop(),
      ])
      await Promise.all([portal.close(), api?.close()])
      await Promise.all([main.close(), second?.close(), figures?.close()])
    },
  }
}

/** Logs when the file of the database is gone, because further writes would be lost. `/readyz` reports it as well. */
function watchFile({ store, logger }: Pick<Foundations, 'store' | 'logger'>): NodeJS.Timeout {
  return setInterval(() => {
    try {
      store.assertInPlace()
    } catch (error) {
      logger.fatal({ err: error }, 'what is written now is lost: put the file back, or restart the server')
    }
  }, watchEveryMs).unref()
}

/** Rebuilds the index after an upgrade that changes its rules. It goes on where an earlier run stopped, and tries again after a failure. */
function keepIndexUpToDate({ records }: Modules, { logger, clock }: Pick<Foundations, 'logger' | 'clock'>) {
  const ending = new AbortController()
  let reportedAt = 0
  const onProgress = (state: { done: number; all: number }) => {
    if (clock.now().getTime() - reportedAt < reportIndexEveryMs) return
    reportedAt = clock.now().getTime()
    logger.info(state, 'the search index is being written anew; searches are answered meanwhile')
  }
  async function run(): Promise<void> {
    while (!ending.signal.aborted)
      try {
        await records.bringIndexUpToDate({ pauseMs: 1000, signal: ending.signal, onProgress })
        if (reportedAt > 0) logger.info('the search index is current')
        return
      } catch (error) {
        logger.warn({ err: error }, 'writing the search index anew failed and is tried again')
        await sleep(reportIndexEveryMs, undefined, { signal: ending.signal }).catch(() => undefined)
      }
  }
  const running = run()
  return {
    stop() {
      ending.abort()
      return running
    },
  }
}

function pickSite(
  portal: RequestListener,
  api: RequestListener | undefined,
  origins: Origins,
): RequestListener {
  const pick = (request: IncomingMessage) =>
    api && origins.kind === 'by-host' && isForApi(request, origins) ? api : portal
  return (request, response) => {
    if (isKnownHost(request, origins)) pick(request)(request, response)
    else refuseHost(response, origins)
  }
}

/** RFC 9110 §15.5.20. */
function refuseHost(response: ServerResponse, { portalUrl, fhirUrl }: Origins): void {
  const addresses = portalUrl === fhirUrl ? portalUrl : `${portalUrl} and ${fhirUrl}`
  response
    .writeHead(421, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
    .end(`This server answers at ${addresses}. A proxy in front has to pass the Host header on as it came.\n`)
}

import cluster from 'node:cluster'
import { Command } from 'commander'
import type { Modules } from '../app.ts'
import { systemClock } from '../clock.ts'
import { demoApplication, isDemoUnfinished, makeDemo } from '../demo/demo.ts'
import { createLogger } from '../logger.ts'
import type { Origins } from '../origins.ts'
import { systemRandom } from '../secrets.ts'
import { serve } from '../serve.ts'
import { describeSettings, readSettings, type Settings } from '../settings.ts'
import type { Store } from '../store/store.ts'
import { locks, oneAtATime } from '../store/transaction.ts'
import { describeSignIns, refuseOpenDemo } from './demo.ts'
import { describeFinding, findStartProblems } from './doctor.ts'
import { describePlainRedirects, refuseUnsafeProduction } from './production-checks.ts'
import { keepHeapSmall } from './small-heap.ts'
import { listenForStop } from './stop-signals.ts'
import { mayBegin, newOption, openStore } from './with-modules.ts'
import { leaveSignalsToFirstProcess, listenToFirstProcess, runWorkers } from './workers.ts'

/** `onpatient serve` runs everything until a signal stops it. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('Run the portal, the authorization server and the API.')
    .option(...newOption)
    .action(runServer)
}

async function runServer(options: { new?: true }): Promise<void> {
  if (cluster.isWorker) leaveSignalsToFirstProcess()
  const settings = readSettings()
  const logger = createLogger(settings.logLevel)
  const mayCreate = mayBegin(settings, options)
  if (cluster.isPrimary) {
    refuseUnsafeProduction(settings)
    await refuseOpenDemo(settings, { mayCreate })
  }
  if (settings.workers > 1 && cluster.isPrimary) return runWorkers(settings.workers, logger)
  keepHeapSmall()
  const store = await openStore(settings, { mayCreate })
  const server = await serve({
    settings,
    store,
    clock: systemClock,
    random: systemRandom,
    logger,
    beforeServing: (modules, { portalUrl }) => makeDemoWhenWanted(settings, store, modules, portalUrl),
  }).catch(async (error: unknown) => {
    await store.close()
    throw error
  })
  const stopped = Promise.withResolvers<void>()
  const stop = (reason: string) => {
    logger.info({ reason }, 'stopping: finishing the open requests')
    server
      .close()
      .then(() => store.close())
      .then(stopped.resolve, stopped.reject)
  }
  if (cluster.isWorker) listenToFirstProcess(stop)
  else listenForStop(stop)
  // It comes last, because a program that reads it may stop the server at once.
  // Of several processes the first one prints it.
  const isFirst = cluster.isPrimary || cluster.worker?.id === 1
  const hasDemo = (await server.modules.applications.find(demoApplication.applicationId)) !== undefined
  if (isFirst) {
    const words = describePlainRedirects(await server.modules.applications.findPlainRedirects(), settings)
    const problems = settings.production ? await findStartProblems(settings, server.modules) : []
    for (const { check, message } of problems) logger.warn({ check }, message)
    words.push(...problems.map(describeFinding))
    process.stdout.write(`${[...describeStart(server.origins, settings, hasDemo), ...words].join('\n')}\n`)
  }
  await stopped.promise
}

async function makeDemoWhenWanted(
  settings: Settings,
  store: Store,
  modules: Modules,
  portalUrl: string,
): Promise<void> {
  if (settings.demo === 'off' || settings.production) return
  // When processes start together, one makes the demo and the others find it.
  await oneAtATime(store.db, locks.demo, async () => {
    const isWanted = settings.demo === 'on' || store.isNew || (await isDemoUnfinished(modules))
    if (!isWanted) return
    process.stdout.write('Making the demo practice: this happens once and takes a few seconds.\n')
    await makeDemo({ ...modules, clock: systemClock, portalUrl })
  })
}

function describeStart({ portalUrl, fhirUrl }: Origins, settings: Settings, hasDemo: boolean): string[] {
  return [
    '',
    `onpatient runs at ${portalUrl}${fhirUrl === portalUrl ? '' : ` and its API at ${fhirUrl}`}`,
    '',
    ...describeSettings().map(([name, value]) => `  ${name}=${value}`),
    ...(hasDemo && !settings.production ? [...describeSignIns(), ''] : []),
    'Next steps',
    ...(settings.production ? [] : [`  See the whole flow:    ${portalUrl}/demo/client`]),
    `  Read the tutorial:     ${portalUrl}/api_fhir/api-docs/tutorial`,
    `  Create an account:     ${portalUrl}/signup`,
    ...(settings.mail.kind === 'outbox' && !settings.production
      ? [`  Mails it "sends":      ${portalUrl}/outbox`]
      : []),
    '  Stop:                  Ctrl-C',
    '',
  ]
}

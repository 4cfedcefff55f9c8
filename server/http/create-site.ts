import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
import type { Clock } from '../clock.ts'
import { type Logger, redactUrl } from '../logger.ts'
import { plainAddress } from '../network.ts'
import type { Random } from '../secrets.ts'
import type { Settings } from '../settings.ts'
import { countWork } from './count-work.ts'
import { logRefusals } from './refusal-log.ts'
import { createRequestIds, tellRequestId } from './request-id.ts'
import { closeSlowReaders } from './slow-readers.ts'
import { askForHttps } from './strict-transport.ts'
import { refuseAddress } from './unroutable.ts'

interface SiteDeps {
  clock: Clock
  logger: Logger
  random: Random
  settings: Pick<Settings, 'limits' | 'logsAddresses' | 'trustedProxies'>
  /** Whether people reach the site over https. */
  isSecure: boolean
}

/** An empty server with what every request gets: an id, a log, bounds of its work, and headers of all answers. */
export function createSite({ clock, logger, random, settings, isSecure }: SiteDeps): FastifyInstance {
  const app = fastify({
    loggerInstance: requestLogger(logger, settings),
    // Without the level `info` Fastify need not build its two lines for each request.
    logController: new LogController({ disableRequestLogging: !logger.isLevelEnabled('info') }),
    genReqId: createRequestIds(random),
    frameworkErrors: refuseAddress,
    // Believes that many hops of X-Forwarded-For, counted from this server, and none before them.
    trustProxy: (_address, hop) => hop < settings.trustedProxies,
    bodyLimit: 1024 * 1024,
    // Pages and APIs name both forms themselves. A redirect would be wrong on a path of an API.
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 500 },
  })
  app.addHook('onRequest', tellRequestId)
  if (isSecure) app.addHook('onRequest', askForHttps)
  if (settings.logsAddresses) app.addHook('onResponse', logRefusals(logger))
  app.addHook('onRequest', countWork(settings.limits, clock))
  app.addHook('onSend', closeSlowReaders(settings.limits.answerSeconds))
  return app
}

/** Shows of a request what the log may have. */
function requestLogger(logger: Logger, { logsAddresses }: SiteDeps['settings']): FastifyBaseLogger {
  const req = (request: FastifyRequest) => ({
    method: request.method,
    url: redactUrl(request.url),
    ...(logsAddresses ? { address: plainAddress(request.ip) } : {}),
  })
  return logger.child({}, { serializers: { req } })
}

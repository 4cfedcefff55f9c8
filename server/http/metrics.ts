import cluster from 'node:cluster'
import type { RequestListener } from 'node:http'
import fp from 'fastify-plugin'
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { hashSecret, sameHash } from '../secrets.ts'
import { askFirstProcess } from '../several-processes.ts'

/** What a process counts of itself. No metric names a person, a record or an application. */
export interface Metrics {
  count(request: { method: string; route: string; status: number; seconds: number }): void
  /** In the text format of Prometheus; of all processes that answer on the port. */
  describe(): Promise<string>
}

/** A figure that all processes see alike, because it is kept in the database. */
export interface SharedFigure {
  name: string
  help: string
  /** Undefined: there is no figure at present. */
  read(): Promise<number | undefined>
}

export function createMetrics(shared: readonly SharedFigure[] = []): Metrics {
  const register = new Registry()
  const registers = [register]
  const answers = new Counter({
    name: 'onpatient_http_requests_total',
    help: 'Answers that went out.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const durations = new Histogram({
    name: 'onpatient_http_request_duration_seconds',
    help: 'From the arrival of a request to the end of its answer.',
    labelNames: ['route'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers,
  })
  const gauges = {
    onpatient_resident_memory_bytes: ['Memory of the processes.', () => process.memoryUsage.rss()],
    onpatient_processes: ['Processes that answer.', () => 1],
  } as const
  for (const [name, [help, read]] of Object.entries(gauges))
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  for (const { name, help, read } of shared)
    new Gauge({
      name,
      help,
      registers,
      // All processes read the same figure, so the first process must not add it up.
      aggregator: 'max',
      async collect() {
        this.reset()
        const value = await read().catch(() => undefined)
        if (value !== undefined) this.set(value)
      },
    })
  if (cluster.isWorker) {
    AggregatorRegistry.setRegistries([register])
    // Listens for the first process, which adds up what all have.
    new AggregatorRegistry()
  }
  return {
    count({ method, route, status, seconds }) {
      answers.inc({ method, route, status })
      durations.observe({ route }, seconds)
    },
    describe: () => (cluster.isWorker ? askFirstProcess('metrics') : register.metrics()),
  }
}

/**
 * Counts every answer, and opens `/metrics` to clients that send the token of the settings:
 * https://prometheus.io/docs/instrumenting/exposition_formats/. Without a token in the settings there is no such address, because a request
 * does not show whether it comes from this machine: a proxy in front is on this machine, too.
 */
export const metricsEndpoint = fp<{ metrics: Metrics; token: string | undefined }>(
  async (app, { metrics, token }) => {
    app.addHook('onResponse', (request, reply, done) => {
      metrics.count({
        method: request.method,
        // The pattern, because the address names records.
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        seconds: reply.elapsedTime / 1000,
      })
      done()
    })
    if (token === undefined) return
    const wanted = hashSecret(`Bearer ${token}`)
    app.get('/metrics', { logLevel: 'warn' }, async (request, reply) => {
      void reply.header('cache-control', 'no-store')
      if (!sameHash(wanted, hashSecret(request.headers.authorization ?? '')))
        return reply
          .code(401)
          .header('www-authenticate', 'Bearer realm="metrics"')
          .type('text/plain; charset=utf-8')
          .send('Send the token of METRICS_TOKEN: "Authorization: Bearer TOKEN".\n')
      return reply.type(mediaType).send(await metrics.describe())
    })
  },
)

const mediaType = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Answers on a port of its own, which only this machine reaches. It checks the host name as well, because a page in a browser on this machine may
 * reach the port under a name of its own (DNS rebinding).
 */
export function metricsListener(metrics: Metrics): RequestListener {
  return (request, response) => {
    const isHere = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(request.headers.host ?? '')
    if (!isHere || request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    metrics.describe().then(
      (text) => response.writeHead(200, { 'content-type': mediaType, 'cache-control': 'no-store' }).end(text),
      () => response.writeHead(503).end(),
    )
  }
}

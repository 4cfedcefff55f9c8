import cluster from 'node:cluster'
import type { RequestListener } from 'node:http'
import fp from 'fastify-plugin'
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client'
import { hashSecret, sameHash } from '../secrets.ts'
import { askFirstProcess } from '../several-processes.ts'
import { createTallies, durationHistogram } from './request-tallies.ts'

/** What a process counts of itself. Nothing in it names a person, a record or an application. */
export interface Metrics {
  count(request: { method: string; route: string; status: number; seconds: number }): void
  /** In the text format of Prometheus; of all processes that answer on the port. */
  describe(): Promise<string>
}

/** A figure that all processes see alike, because it is kept in the database. */
export interface SharedFigure {
  name: string
  help: string
  /** Undefined when there is nothing to tell. */
  read(): Promise<number | undefined>
}

export function createMetrics(shared: readonly SharedFigure[] = []): Metrics {
  const register = new Registry()
  const registers = [register]
  const tallies = createTallies()
  new Counter({
    name: 'onpatient_http_requests_total',
    help: 'Answers that went out.',
    labelNames: ['method', 'route', 'status'],
    registers,
    collect() {
      this.reset()
      for (const { labels, count } of tallies.answers()) this.inc(labels, count)
    },
  })
  register.registerMetric(
    durationHistogram(
      {
        name: 'onpatient_http_request_duration_seconds',
        help: 'From the arrival of a request to the end of its answer.',
      },
      tallies,
    ),
  )
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
      // One process says it for all: they must not be added up.
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
    count: tallies.count,
    describe: () => (cluster.isWorker ? askFirstProcess('metrics') : register.metrics()),
  }
}

/**
 * Counts every answer, and opens `/metrics` to who sends the token of the settings:
 * https://prometheus.io/docs/instrumenting/exposition_formats/. Without a token there is no such address: whether a request comes from
 * this machine cannot be told from it, since a proxy in front is on this machine, too.
 */
export const metricsEndpoint = fp<{ metrics: Metrics; token: string | undefined }>(
  async (app, { metrics, token }) => {
    app.addHook('onResponse', (request, reply, done) => {
      metrics.count({
        method: request.method,
        // The pattern, never the address: that would name records.
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

/** Answers on a port of its own, which only this machine reaches. Its name is looked at, too: a page in a browser here may bear another (DNS rebinding). */
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

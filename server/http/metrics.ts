import cluster from 'node:cluster'
import type { IncomingMessage } from 'node:http'
import fp from 'fastify-plugin'
import ipaddr from 'ipaddr.js'
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client'
import { askFirstProcess } from '../several-processes.ts'
import { createTallies, durationHistogram } from './request-tallies.ts'

/** What a process counts of itself. Nothing in it names a person, a record or an application. */
export interface Metrics {
  count(request: { method: string; route: string; status: number; seconds: number }): void
  /** In the text format of Prometheus; of all processes that answer on the port. */
  describe(): Promise<string>
}

export function createMetrics(): Metrics {
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
 * `/metrics`, for the machine itself and its private network: https://prometheus.io/docs/instrumenting/exposition_formats/.
 * Whoever comes through a proxy comes from elsewhere, and for them it is not there.
 */
export const metricsEndpoint = fp<{ metrics: Metrics }>(async (app, { metrics }) => {
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
  app.get('/metrics', { logLevel: 'warn' }, async (request, reply) => {
    if (!isNear(request.raw)) return reply.callNotFound()
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.describe())
  })
})

function isNear({ headers, socket }: IncomingMessage): boolean {
  if (headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined) return false
  const address = socket.remoteAddress ?? ''
  if (!ipaddr.isValid(address)) return false
  return ['loopback', 'private', 'uniqueLocal', 'linkLocal'].includes(ipaddr.process(address).range())
}

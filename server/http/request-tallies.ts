import type { Metric } from 'prom-client'

/**
 * Plain numbers that go up at every answer. prom-client itself takes longer to count one than a record takes to be read, so it
 * gets them only when somebody asks for the metrics.
 */
export interface Tallies {
  count(request: { method: string; route: string; status: number; seconds: number }): void
  answers(): Iterable<{ labels: { method: string; route: string; status: string }; count: number }>
  durations(): Iterable<{ route: string; sum: number; buckets: readonly number[] }>
}

/** Upper ends of the buckets, in seconds; one more bucket takes what is longer. */
const upperBounds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]

interface RouteTally {
  sum: number
  buckets: number[]
  /** By method, then by status. */
  answers: Map<string, Map<number, number>>
}

export function createTallies(): Tallies {
  const routes = new Map<string, RouteTally>()

  function tallyOf(route: string): RouteTally {
    const known = routes.get(route)
    if (known) return known
    const fresh = { sum: 0, buckets: new Array(upperBounds.length + 1).fill(0), answers: new Map() }
    routes.set(route, fresh)
    return fresh
  }

  return {
    count({ method, route, status, seconds }) {
      const tally = tallyOf(route)
      const at = upperBounds.findIndex((bound) => seconds <= bound)
      const bucket = at === -1 ? upperBounds.length : at
      tally.buckets[bucket] = (tally.buckets[bucket] ?? 0) + 1
      tally.sum += seconds
      let statuses = tally.answers.get(method)
      if (!statuses) {
        statuses = new Map()
        tally.answers.set(method, statuses)
      }
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    },
    *answers() {
      for (const [route, { answers }] of routes)
        for (const [method, statuses] of answers)
          for (const [status, count] of statuses)
            yield { labels: { method, route, status: String(status) }, count }
    },
    *durations() {
      for (const [route, { sum, buckets }] of routes) yield { route, sum, buckets }
    },
  }
}

/**
 * The durations of the tallies as a histogram: https://prometheus.io/docs/instrumenting/exposition_formats/#histograms-and-summaries.
 * A registry asks a metric for nothing but `name` and `get()`; the classes of prom-client offer no way to set a histogram.
 */
export function durationHistogram(
  { name, help }: { name: string; help: string },
  tallies: Tallies,
): Metric<'route'> {
  const get = async () => ({
    ...{ name, help, type: 'histogram', aggregator: 'sum' },
    values: [...tallies.durations()].flatMap((each) => valuesOf(name, each)),
  })
  return { name, get } as unknown as Metric<'route'>
}

function valuesOf(
  name: string,
  { route, sum, buckets }: { route: string; sum: number; buckets: readonly number[] },
) {
  // Each bucket holds what the ones before it hold, too.
  let total = 0
  const cumulated = buckets.map((count, at) => {
    total += count
    return {
      metricName: `${name}_bucket`,
      labels: { le: String(upperBounds[at] ?? '+Inf'), route },
      value: total,
    }
  })
  return [
    ...cumulated,
    { metricName: `${name}_sum`, labels: { route }, value: sum },
    { metricName: `${name}_count`, labels: { route }, value: total },
  ]
}

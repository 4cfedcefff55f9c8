import autocannon from 'autocannon'
import { median } from './figures.ts'

/** What is asked, over and over. */
export interface Requests {
  url: string
  requests: Array<{ path: string; token?: string }>
}

export const connections = 32

/** Requests a second over some seconds; throws when one was refused. */
async function measure({ url, requests }: Requests, seconds: number): Promise<number> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: requests.map(({ path, token }) => ({
      method: 'GET',
      path,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    })),
  })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refused, ${result.errors} failed`)
  return result.requests.total / result.duration
}

/**
 * Two rates in short slices that alternate, so that a busy moment of the machine hits both, and the median of the
 * ratios of neighbours. A first slice of each warms up and does not count.
 */
export async function alternate(
  slices: number,
  one: () => Promise<number>,
  other: () => Promise<number>,
): Promise<{ one: number; other: number; ratio: number }> {
  const pairs: Array<{ one: number; other: number }> = []
  for (let slice = 0; slice <= slices; slice++) {
    // The order changes, because who comes second finds the machine warmer.
    const first = slice % 2 === 0 ? await one() : undefined
    const second = await other()
    const pair = { one: first ?? (await one()), other: second }
    if (slice > 0) pairs.push(pair)
  }
  return {
    one: median(pairs.map((pair) => pair.one)),
    other: median(pairs.map((pair) => pair.other)),
    ratio: median(pairs.map((pair) => pair.one / pair.other)),
  }
}

export function compare(ours: Requests, floor: Requests, { slices, seconds }: Slices) {
  return alternate(
    slices,
    () => measure(ours, seconds),
    () => measure(floor, seconds),
  )
}

export interface Slices {
  slices: number
  /** Of one slice. */
  seconds: number
}

import type { ClientConfig, Pool, PoolClient } from 'pg'
import type { Limits } from '../limits.ts'
import { currentWork } from '../request-work.ts'
import { asUnavailable, isConnectionLost, isStatementLost, isStatementTimeout } from './connection-loss.ts'
import { turnsOf } from './long-searches/turns.ts'
import { askClient, connect, createPool, withoutNul } from './postgres-connections.ts'
import { searchingConnections } from './postgres-searching.ts'
import type { ReadConnections, SearchOptions } from './prepared-query.ts'
import { sendTogether } from './send-together.ts'
import type { TakenRows } from './taken-rows.ts'

/** Each connection reads the disk by itself, so that a read that waits for the disk delays only some of the others. */
const sharedConnections = 4

/** The time after which a search is begun again as a long one. Long searches have connections of their own. */
const quickMs = 50
const quickConnections = 4

/**
 * Connections of PostgreSQL for reads. Statements by keys share a few connections. They are sent together and answered one after
 * the other, without a wait for the way there and back in between. Searches that take long come in turns.
 */
export function createPostgresReader(
  config: ClientConfig,
  limits: Limits,
  onLost: (error: Error) => void,
): { reader: ReadConnections; close(): Promise<void> } {
  const connections = Array.from({ length: sharedConnections }, () => new SharedConnection(config, onLost))
  const searches = createPostgresSearches(config, limits, onLost)
  let made = 0
  const leastBusy = () => connections.reduce((least, each) => (each.readers < least.readers ? each : least))
  return {
    reader: {
      prepare(text) {
        made += 1
        const name = `onpatient_${made}`
        return (values) => leastBusy().read({ name, text, values: values.map(withoutNul) })
      },
      async search(text, values, options) {
        const { isByKey, mostBytes } = options
        if (!isByKey || mostBytes !== undefined)
          return (await searches.search(text, values, options)) as never
        const query = { text, values: values.map(withoutNul) }
        return { rows: await leastBusy().read(query), isCut: false }
      },
    },
    close: async () =>
      void (await Promise.all([searches.close(), ...connections.map((each) => each.close())])),
  }
}

function createPostgresSearches(config: ClientConfig, limits: Limits, onLost: (error: Error) => void) {
  function poolOf(statement_timeout: number, max: number) {
    const pool = createPool({ ...config, statement_timeout, max }, onLost)
    // A search uses one processor, and leaves the others to other work.
    pool.on('connect', (client) => {
      client.query('set max_parallel_workers_per_gather = 0').catch(() => undefined)
    })
    return searchingConnections(pool)
  }
  const quick = poolOf(Math.min(quickMs, limits.searchSeconds * 1000), quickConnections)
  const long = poolOf(limits.searchSeconds * 1000, limits.longSearches)
  const turns = turnsOf(limits)
  return {
    async search(text: string, values: readonly unknown[], options: SearchOptions): Promise<TakenRows> {
      const { mostBytes, isByKey } = options
      const work = currentWork()
      // A holder with a long search has its other searches after it.
      if (isByKey || !turns.isBusy(work))
        try {
          return await quick.take({ text, values, mostBytes })
        } catch (error) {
          if (!isStatementTimeout(error)) throw error
        }
      return turns.run(work, (stop) => long.take({ text, values, mostBytes }, stop))
    },
    close: async () => void (await Promise.all([quick.end(), long.end()])),
  }
}

interface KeyQuery {
  /** The name of a statement that is used often. */
  name?: string
  text: string
  values: unknown[]
}

/** A first connection that has died, and another one. */
const mostTries = 3

/** One connection that many reads use at once. It is given back to its pool, which closes idle ones, when the last has its answer. */
class SharedConnection {
  /** The number of reads that wait for an answer. */
  readers = 0
  readonly #pool: Pool
  #leased: Promise<PoolClient> | undefined

  constructor(config: ClientConfig, onLost: (error: Error) => void) {
    this.#pool = createPool({ ...config, max: 1, pipeline: true }, onLost)
  }

  async read<Row>(query: KeyQuery): Promise<Row[]> {
    this.readers += 1
    try {
      for (let tried = 1; ; tried++) {
        this.#leased ??= this.#lease()
        const leased = this.#leased
        const client = await leased
        try {
          return await ask<Row>(client, query)
        } catch (error) {
          const isLost = isConnectionLost(error) || isStatementLost(error)
          if (isLost) this.#discard(leased, error)
          if (!isLost || tried === mostTries) throw asUnavailable(error)
        }
      }
    } finally {
      this.readers -= 1
      if (this.readers === 0) this.#giveBack()
    }
  }

  close(): Promise<void> {
    return this.#pool.end()
  }

  async #lease(): Promise<PoolClient> {
    return connect(this.#pool).catch((error: unknown) => {
      // The next read tries again.
      this.#leased = undefined
      throw error
    })
  }

  /** All that wait for the same connection come here when it is lost. */
  #discard(leased: Promise<PoolClient>, error: Error): void {
    if (this.#leased !== leased) return
    this.#leased = undefined
    release(leased, error)
  }

  #giveBack(): void {
    const leased = this.#leased
    this.#leased = undefined
    if (leased) release(leased)
  }
}

function release(leased: Promise<PoolClient>, error?: Error): void {
  leased.then(
    (client) => client.release(error),
    // There is nothing to give back.
    () => undefined,
  )
}

async function ask<Row>(client: PoolClient, query: KeyQuery): Promise<Row[]> {
  sendTogether(client)
  return (await askClient(client, query)).rows as Row[]
}

import { Client, type ClientBase, type Pool, type PoolClient, Query } from 'pg'
import { asUnavailable, isConnectionLost, isStatementLost } from './connection-loss.ts'
import type { Stop } from './long-searches/turns.ts'
import { connect, withoutNul } from './postgres-connections.ts'
import { PreparedNames, StatementNames } from './statement-names.ts'
import { PageOfRows, type TakenRows } from './taken-rows.ts'

interface Search {
  text: string
  values: readonly unknown[]
  mostBytes: number | undefined
}

/**
 * Connections for searches. Rows are kept only as long as they have room. A dead connection is replaced, because a search can be
 * repeated.
 */
export function searchingConnections(pool: Pool) {
  const names = new StatementNames()
  const prepared = new PreparedNames()

  async function takeOnce(client: PoolClient, search: Search): Promise<TakenRows> {
    const name = search.values.length > 0 ? names.nameOf(search.text) : undefined
    if (name !== undefined) prepared.note(client, name)
    return takeRows(client, search, name)
  }

  async function tryOnce(search: Search, stop: Stop | undefined): Promise<TakenRows | { lost: unknown }> {
    const client = await connect(pool)
    const endWatching = stop?.onGone(() => cancel(pool, client))
    try {
      const taken = await takeOnce(client, search)
      client.release(prepared.hasTooMany(client))
      return taken
    } catch (error) {
      const isLost = isConnectionLost(error) || isStatementLost(error)
      client.release(isLost ? error : undefined)
      if (isLost) return { lost: error }
      throw error
    } finally {
      endWatching?.()
    }
  }

  return {
    async take(search: Search, stop?: Stop): Promise<TakenRows> {
      // One dead connection seldom comes alone: after a restart of the database all idle ones are dead.
      for (let tried = 0; ; tried++) {
        const taken = await tryOnce(search, stop)
        if (!('lost' in taken)) return taken
        if (tried > (pool.options.max ?? 0)) throw asUnavailable(taken.lost)
      }
    },
    end: () => pool.end(),
  }
}

/** The driver would keep all rows of an answer. Here rows beyond the room are dropped as they arrive. */
function takeRows(
  client: ClientBase,
  { text, values, mostBytes }: Search,
  name: string | undefined,
): Promise<TakenRows> {
  const page = new PageOfRows(mostBytes ?? Number.POSITIVE_INFINITY)
  return new Promise((done, failed) => {
    const config = { text, values: values.map(withoutNul), ...(name === undefined ? {} : { name }) }
    const query = client.query(new Query<Record<string, unknown>>(config))
    query.on('row', (row) => void page.add(row))
    query.on('end', () => done({ rows: page.rows, isCut: page.isCut }))
    query.on('error', failed)
  })
}

/** Cancels a search for which nobody waits any more. It uses another connection, because this one is busy. */
function cancel(pool: Pool, client: PoolClient): void {
  const { processID } = client as PoolClient & { processID?: number }
  if (processID === undefined) return
  const canceller = new Client(pool.options)
  canceller.on('error', () => undefined)
  canceller
    .connect()
    .then(() => canceller.query('select pg_cancel_backend($1)', [processID]))
    .catch(() => undefined)
    .finally(() => void canceller.end().catch(() => undefined))
}

import type { PostgresPool, PostgresPoolClient } from 'kysely'
import {
  type ClientBase,
  Pool,
  type PoolClient,
  type PoolConfig,
  type QueryConfig,
  type QueryResult,
} from 'pg'
import { asUnavailable, isConnectionLost, isStatementLost, wasEnded } from './connection-loss.ts'
import { PreparedNames, StatementNames } from './statement-names.ts'

/**
 * A pool that survives the loss of its connections. An error event without a listener ends the process, and a connection may be
 * lost in the moment in which it is lent, before its borrower can listen.
 */
export function createPool(config: PoolConfig, onLost: (error: Error) => void): Pool {
  const pool = new Pool(config)
  // A listener for idle connections. A borrower learns of the loss by its next statement.
  pool.on('error', onLost)
  pool.on('connect', (client) => void client.on('error', () => undefined))
  return pool
}

/**
 * The pool as Kysely uses it. A connection that turns out to be dead (the database was restarted, a firewall forgot it) is
 * replaced, and its statement is sent again where that is safe: a read, or the beginning of a transaction. A write is not
 * repeated, because nobody knows whether it was done.
 */
export function replacingDeadConnections(pool: Pool): PostgresPool {
  const statements = { names: new StatementNames(), prepared: new PreparedNames() }
  return {
    connect: async () => lease(pool, await connect(pool), statements),
    end: () => pool.end(),
    options: pool.options,
  }
}

interface Statements {
  names: StatementNames
  prepared: PreparedNames
}

function lease(pool: Pool, first: PoolClient, { names, prepared }: Statements): PostgresPoolClient {
  let client = first
  let lost: Error | undefined
  let isLent = true
  let inTransaction = false
  // A connection that dies between two statements must not return to the pool as a good one.
  const noteLoss = (error: Error) => {
    lost = error
  }
  client.on('error', noteLoss)

  /** A client is released once. A second time the pool would throw and hide the first error. */
  function giveBack(isDiscarded?: boolean): void {
    if (!isLent) return
    isLent = false
    client.off('error', noteLoss)
    client.release(lost ?? (isDiscarded || prepared.hasTooMany(client)))
  }

  async function ask(text: string, values: unknown[]) {
    const name = values.length > 0 ? names.nameOf(text) : undefined
    if (name !== undefined) prepared.note(client, name)
    try {
      return await askClient(client, name === undefined ? { text, values } : { name, text, values })
    } catch (error) {
      if (isConnectionLost(error) || isStatementLost(error)) lost = error
      throw asUnavailable(error)
    }
  }

  async function replace(): Promise<void> {
    giveBack()
    lost = undefined
    client = await connect(pool)
    isLent = true
    client.on('error', noteLoss)
  }

  const answers = {
    async query(text: string, parameters: readonly unknown[] = []) {
      const values = parameters.map(withoutNul)
      const isRepeatable = !inTransaction && /^\s*(select|with|begin|start transaction)\b/i.test(text)
      // One dead connection seldom comes alone: after a restart of the database all idle ones are dead.
      const mostAsked = (pool.options.max ?? 0) + 1
      for (let tried = 1; ; tried++) {
        try {
          const result = await ask(text, values)
          inTransaction = isInTransaction(text, inTransaction)
          return result
        } catch (error) {
          if (!lost || !isRepeatable || tried === mostAsked) throw error
          await replace()
        }
      }
    },
    release: giveBack,
  }
  // Kysely's type has a second form of `query`, for cursors, which needs a package that is not here.
  return answers as unknown as PostgresPoolClient
}

function isInTransaction(text: string, before: boolean): boolean {
  if (/^(begin|start transaction)\b/.test(text)) return true
  return /^(commit|rollback)$/.test(text) ? false : before
}

/**
 * Runs a statement by callback. The driver's promise has a `catch` behind it, and a result that passes it is not freed with the
 * young objects but waits for a collection of the whole heap. That takes twice the memory, and much more work.
 */
export function askClient(client: ClientBase, query: QueryConfig): Promise<QueryResult> {
  return new Promise((done, failed) => {
    void client.query(query, (error, result) => {
      if (error) failed(error)
      else done(result)
    })
  })
}

const mostTries = 3

/** PostgreSQL's text cannot hold the character 0. A parameter with it matches nothing that is stored. */
export function withoutNul(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\u{fffd}') : value
}

/** A connection that ends while it begins is tried again. A restart of the database ends all of them. */
export async function connect(pool: Pool): Promise<PoolClient> {
  for (let tried = 1; ; tried++) {
    try {
      return await pool.connect()
    } catch (error) {
      if (!wasEnded(error) || tried === mostTries) throw asUnavailable(error)
    }
  }
}

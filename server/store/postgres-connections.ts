import type { PostgresPool, PostgresPoolClient } from 'kysely'
import type { Pool, PoolClient } from 'pg'

/**
 * The pool as Kysely uses it. A connection that turns out to be dead (the database was restarted, a firewall forgot it)
 * is replaced, and what it was asked is asked again where that is safe: a read, or the beginning of a transaction.
 * A write is not repeated, because nobody knows whether it was done.
 */
export function replacingDeadConnections(pool: Pool): PostgresPool {
  return {
    connect: async () => lease(pool, await connect(pool)),
    end: () => pool.end(),
    options: pool.options,
  }
}

function lease(pool: Pool, first: PoolClient): PostgresPoolClient {
  let client = first
  let lost: Error | undefined
  let inTransaction = false
  // Nobody else listens while it is lent, and an error event that nobody hears ends the process.
  const noteLoss = (error: Error) => {
    lost = error
  }
  client.on('error', noteLoss)

  function giveBack(isDiscarded?: boolean): void {
    client.off('error', noteLoss)
    client.release(lost ?? isDiscarded)
  }

  async function ask(text: string, values: unknown[]) {
    try {
      return await client.query(text, values)
    } catch (error) {
      if (isConnectionLost(error)) lost = error
      throw asUnavailable(error)
    }
  }

  async function replace(): Promise<void> {
    giveBack()
    lost = undefined
    client = await connect(pool)
    client.on('error', noteLoss)
  }

  const answers = {
    async query(text: string, parameters: readonly unknown[] = []) {
      const values = parameters.map(withoutNul)
      const isRepeatable = !inTransaction && /^\s*(select|with|begin|start transaction)\b/i.test(text)
      // One dead connection seldom comes alone: after a restart of the database all that lay idle are dead.
      const mostTries = (pool.options.max ?? 0) + 1
      for (let tried = 1; ; tried++) {
        try {
          const result = await ask(text, values)
          inTransaction = isInTransaction(text, inTransaction)
          return result
        } catch (error) {
          if (!lost || !isRepeatable || tried === mostTries) throw error
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

/** PostgreSQL's text cannot hold the character 0; as a parameter it stands for nothing that is stored. */
function withoutNul(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\u{fffd}') : value
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect()
  } catch (error) {
    throw asUnavailable(error)
  }
}

/** Class 08 is "connection exception", 57P01 to 57P03 are "shutting down" and "starting up" (PostgreSQL, appendix A). */
const lostStates = /^(08...|57P0[1-3])$/

/** Errors of the driver and of the socket, which are not PostgreSQL's own. */
const socketErrors = /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/
const driverMessages = /connection terminated|not queryable|client was closed|timeout exceeded when trying/i

function isConnectionLost(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (
    lostStates.test(code) || socketErrors.test(code) || (code === '' && driverMessages.test(error.message))
  )
}

/** Gives errors of the connection the code that PostgreSQL has for them, so that they cannot be taken for another peer's. */
function asUnavailable(error: unknown): unknown {
  if (!isConnectionLost(error)) return error
  const code = 'code' in error ? String(error.code) : ''
  if (lostStates.test(code)) return error
  const message = error.message || code || 'no connection'
  return Object.assign(new Error(`PostgreSQL cannot be reached: ${message}`, { cause: error }), {
    code: '08006',
  })
}

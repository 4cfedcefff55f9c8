import type { PostgresPool } from 'kysely'
import type { ClientConfig, Pool, PoolClient } from 'pg'
import { asUnavailable, isConnectionLost, isStatementLost } from './connection-loss.ts'
import { askClient, connect, createPool, withoutNul } from './postgres-connections.ts'
import type { Reader } from './prepared-query.ts'
import { sendTogether } from './send-together.ts'

/** Each looks at the disk for itself, so that one that waits for it holds up a part of the others only. */
const sharedConnections = 4

/**
 * Connections of PostgreSQL for reads. Statements by keys share a few: what was asked is sent together, and answered one
 * after the other, without waiting for the way there and back in between. Searches, which may take long, go through `pool`.
 */
export function createPostgresReader(
  config: ClientConfig,
  pool: PostgresPool,
  onLost: (error: Error) => void,
): { reader: Reader; close(): Promise<void> } {
  const connections = Array.from({ length: sharedConnections }, () => new SharedConnection(config, onLost))
  let made = 0
  const leastBusy = () => connections.reduce((least, each) => (each.readers < least.readers ? each : least))
  return {
    reader: {
      prepare(text) {
        made += 1
        const name = `onpatient_${made}`
        return (values) => leastBusy().read({ name, text, values: values.map(withoutNul) })
      },
      async search(text, values) {
        const connection = await pool.connect()
        try {
          return (await connection.query<never>(text, values)).rows
        } finally {
          connection.release()
        }
      },
    },
    close: async () => void (await Promise.all(connections.map((each) => each.close()))),
  }
}

interface NamedQuery {
  name: string
  text: string
  values: unknown[]
}

/** A first connection that has died, and another one. */
const mostTries = 3

/** One connection that many reads use at once. It is given back to its pool, which closes idle ones, when the last has its answer. */
class SharedConnection {
  /** How many wait for an answer. */
  readers = 0
  readonly #pool: Pool
  #leased: Promise<PoolClient> | undefined

  constructor(config: ClientConfig, onLost: (error: Error) => void) {
    this.#pool = createPool({ ...config, max: 1, pipeline: true }, onLost)
  }

  async read<Row>(query: NamedQuery): Promise<Row[]> {
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
      // Who asks next tries anew.
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

async function ask<Row>(client: PoolClient, query: NamedQuery): Promise<Row[]> {
  sendTogether(client)
  return (await askClient(client, query)).rows as Row[]
}

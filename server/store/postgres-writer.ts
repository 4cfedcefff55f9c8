import type { CompiledQuery } from 'kysely'
import type { ClientConfig, PoolClient, QueryResult } from 'pg'
import { asUnavailable, isConnectionLost } from './connection-loss.ts'
import { askClient, connect, createPool, withoutNul } from './postgres-connections.ts'
import { sendTogether } from './send-together.ts'
import { findStoreFailure } from './store-failure.ts'
import { NothingWrittenError, type WriteGroup, type Writer } from './write-together.ts'

/**
 * The longest wait for a row that another process has locked, so that it does not delay the groups that share the commit. The
 * code is then 55P03. Both are one message to the database.
 */
const begin = `begin; set local lock_timeout = '500ms'`

/** Locks and serialization (PostgreSQL 18, appendix A). One group causes the error, which then applies to all. */
const collisions = /^(40...|55P03|25P02)$/

/**
 * A connection of PostgreSQL for writes that share a commit. It does not wait for the answer to each statement. The deciding
 * statements are sent in one piece, and then all others with the commit.
 */
export function createPostgresWriter(
  config: ClientConfig,
  onLost: (error: Error) => void,
): Writer & { close(): Promise<void> } {
  const pool = createPool({ ...config, max: 1, pipeline: true }, onLost)
  return {
    async write(groups) {
      const client = await connect(pool)
      let failure: Error | undefined
      try {
        return await write(client, groups)
      } catch (error) {
        // It is no longer certain which statements the connection has prepared.
        failure = error as Error
        throw error
      } finally {
        client.release(failure)
      }
    },
    close: () => pool.end(),
  }
}

async function write(client: PoolClient, groups: readonly WriteGroup[]): Promise<boolean[]> {
  const begun = send(client, { text: begin })
  const takes = groups.map(({ take }) => (take ? send(client, named(take)) : undefined))
  let written: boolean[]
  try {
    await begun
    written = (await allOf(takes)).map((taken) => taken === undefined || taken.rows.length > 0)
  } catch (error) {
    await send(client, { text: 'rollback' }).catch(ignore)
    throw asNothingWritten(error)
  }
  const following = groups.flatMap(({ statements }, at) => (written[at] ? statements : []))
  const answers = following.map((statement) => send(client, named(statement)))
  // After a failed statement PostgreSQL turns the commit into a rollback.
  const committed = send(client, { text: 'commit' })
  try {
    await allOf(answers)
  } catch (error) {
    await committed.catch(ignore)
    // When the connection is lost during the commit, nobody knows whether it was done.
    throw isConnectionLost(error) ? asUnavailable(error) : asNothingWritten(error)
  }
  await committed.catch((error: unknown) => {
    throw asUnavailable(error)
  })
  return written
}

/** Waits for all, so that nothing is under way any more. Throws the first error. */
async function allOf<Answer>(answers: ReadonlyArray<Promise<Answer> | undefined>) {
  const settled = await Promise.allSettled(answers)
  return settled.map((each) => {
    if (each.status === 'rejected') throw each.reason
    return each.value
  })
}

function asNothingWritten(error: unknown): unknown {
  const { code = '' } = error as { code?: string }
  const isOfAll = !isConnectionLost(error) && findStoreFailure(error) !== undefined && !collisions.test(code)
  return isOfAll ? error : new NothingWrittenError('nothing was written', { cause: error })
}

const names = new Map<string, string>()

/** There are a handful of such statements; they stay prepared in the connection. */
function named({ sql: text, parameters }: CompiledQuery) {
  const name = names.get(text) ?? `onpatient_write_${names.size + 1}`
  names.set(text, name)
  return { name, text, values: parameters.map(withoutNul) }
}

function send(client: PoolClient, query: Parameters<typeof askClient>[1]): Promise<QueryResult> {
  sendTogether(client)
  const answer = askClient(client, query)
  // The promise is awaited together with others, and one of those may fail before it.
  answer.catch(ignore)
  return answer
}

function ignore(): void {}

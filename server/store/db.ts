import type { Kysely } from 'kysely'
import type { Schema } from './schema/schema.ts'

/** The database as queries see it, in a transaction or not. */
export type Db = Kysely<Schema>

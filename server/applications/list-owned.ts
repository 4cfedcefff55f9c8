import { sql } from 'kysely'
import { nameKey } from '../store/name-key.ts'
import type { Application } from './application.ts'
import { toApplication } from './application-row.ts'
import type { ApplicationsDeps } from './applications-deps.ts'
import type { OwnedPage } from './applications-interface.ts'

export async function listOwned(
  { db }: Pick<ApplicationsDeps, 'db'>,
  ownerAccountId: string,
  { search = '', order = 'oldest', limit = 100, offset = 0 }: OwnedPage,
): Promise<{ applications: Application[]; count: number }> {
  // uses application_owner, or application_owner_name
  const matching = db
    .selectFrom('application')
    .where('owner_account_id', '=', ownerAccountId)
    .where('deleted_at', 'is', null)
    .$if(search.trim() !== '', (query) =>
      query.where((eb) => eb.or([hasInName(search), eb('id', '=', search.trim())])),
    )
  const { count } = await matching
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  const rows = await matching
    .selectAll()
    .$if(order === 'name', (query) => query.orderBy('name_key'))
    .$if(order !== 'name', (query) => query.orderBy('created_at', order === 'newest' ? 'desc' : 'asc'))
    .orderBy('id')
    .limit(limit)
    .offset(offset)
    .execute()
  return { applications: rows.map(toApplication), count: Number(count) }
}

function hasInName(search: string) {
  const pattern = `%${nameKey(search).replaceAll(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`name_key like ${pattern} escape '\\'`
}

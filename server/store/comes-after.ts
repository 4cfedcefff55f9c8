import { type RawBuilder, sql } from 'kysely'

/** The last row of a page: its value in the first column of the order, and its id. */
export interface Place {
  first: number | string
  id: string
}

/**
 * The condition for the rows that come after a place in a list ordered by a column and then by the id. Without a place it holds for all
 * rows.
 */
export function comesAfter(
  [first, id]: readonly [first: string, id: string],
  place: Place | undefined,
  order: 'asc' | 'desc' = 'asc',
): RawBuilder<boolean> {
  if (place === undefined) return sql<boolean>`1 = 1`
  const columns = sql`(${sql.ref(first)}, ${sql.ref(id)})`
  const values = sql`(${place.first}, ${place.id})`
  return order === 'asc' ? sql<boolean>`${columns} > ${values}` : sql<boolean>`${columns} < ${values}`
}

import type { SearchQuery } from '#fhir/search/search-query.ts'
import { type Fragment, sqlJoin, sqlName, sqlText } from '../../store/statement.ts'
import type { OrderColumn, SearchKey, SortKey } from './search-order.ts'

export type Query = Pick<SearchQuery, 'type' | 'conditions' | 'sort'>

/** What a search finds, inside a confinement. */
export interface Matching {
  /** Every matching record once: `patient_id`, `no` and the columns of the order. */
  rows: Fragment
  /** A smaller set of rows that contains the page. Undefined when no way is faster. */
  rowsAround?: ((page: PagePlace) => Fragment) | undefined
  /** The number of rows, as an expression. */
  total: Fragment
  columns: OrderColumn[]
  /** The patient when all rows are of one patient, or '' when they are about nobody. */
  patientId: string | undefined
  /** Whether a statement of its own counts them faster than the one that sorts them. */
  isCountedApart: boolean
}

/** A number of first records of the order, or of those beyond a key. */
export interface PagePlace {
  from: SearchKey | undefined
  isBackward: boolean
  limit: number
}

export function countOf(rows: Fragment): Fragment {
  return sqlText`(select count(*) from (${rows}) as matches)`
}

/** The columns of the order, as `select` names them after others. */
export function namedKeys(keys: readonly SortKey[]): Fragment {
  return sqlJoin(
    keys.map(({ expression }, index) => sqlText`, ${expression} as ${sqlName(`k${index}`)}`),
    '',
  )
}

export function joinedKeys(keys: readonly SortKey[]): Fragment {
  return sqlJoin(
    keys.map(({ join }) => join),
    '',
  )
}

import type { SearchQuery } from '#fhir/search/search-query.ts'
import { type Fragment, sqlJoin, sqlName, sqlText } from '../../store/statement.ts'
import type { OrderColumn, SearchKey, SortKey } from './search-order.ts'

export type Query = Pick<SearchQuery, 'type' | 'conditions' | 'sort'>

/** What a search finds, inside a confinement. */
export interface Matching {
  /** Every matching record once: `patient_id`, `no` and the columns of the order. */
  rows: Fragment
  /** Fewer of them, among which are all of that page; left out where no driving row finds it faster. */
  rowsAround?: ((page: PagePlace) => Fragment) | undefined
  /** How many they are, as an expression. */
  total: Fragment
  columns: OrderColumn[]
  /** When all of them are of one patient, or about nobody (''). */
  patientId: string | undefined
  /** Whether a statement of its own counts them faster than the one that sorts them. */
  isCountedApart: boolean
}

/** The first records of the order, or those beyond a key; so many of them. */
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

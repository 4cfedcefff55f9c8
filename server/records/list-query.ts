import type { Condition } from '#fhir/search/search-query.ts'

export interface ListQuery {
  type: string
  /** Narrows to one patient; outside the confinement it matches nothing. */
  patientId?: string | undefined
  ids?: string[] | undefined
  /** Conditions on the date of the record, in ms. All must hold (FHIR R4 search, date prefixes). */
  dates?: DateRange[] | undefined
  /** Changed at or after, in ms. */
  lastUpdatedFrom?: number | undefined
  /** Further conditions that the scopes put on the records. */
  conditions?: Condition[] | undefined
  /** 0: only to count. */
  pageSize: number
  /** The key before the page, from `ListPage`. */
  after?: PageKey | undefined
  before?: PageKey | undefined
}

/** One condition of a date search, already as numbers. */
export interface DateRange {
  prefix: 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb'
  start: number
  end: number
}

/**
 * A place in a list. The order of lists is (patient_id, id). Neither ever changes, so that a walk yields each record exactly
 * once.
 */
export interface PageKey {
  patientId: string
  id: string
}

export interface ListPage {
  /** How many records match in all. */
  count: number
  /** JSON texts as stored. */
  contents: string[]
  next: PageKey | undefined
  previous: PageKey | undefined
}

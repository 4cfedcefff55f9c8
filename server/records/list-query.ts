import type { Condition } from '#fhir/search/search-query.ts'

export interface ListQuery {
  type: string
  /** Narrows to one patient; outside the confinement it matches nothing. */
  patientId?: string | undefined
  ids?: string[] | undefined
  /** Ranges on when it happened: each must overlap (FHIR R4 search, date prefixes), in ms. */
  dates?: DateRange[] | undefined
  /** Changed at or after, in ms. */
  lastUpdatedFrom?: number | undefined
  /** What scopes ask of the records besides. */
  conditions?: Condition[] | undefined
  /** 0: only to count. */
  pageSize: number
  /** Where the page starts (exclusive), from `ListPage`. */
  after?: PageKey | undefined
  before?: PageKey | undefined
}

/** One condition of a date search, already as numbers. */
export interface DateRange {
  prefix: 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb'
  start: number
  end: number
}

/** The order of lists is (patient_id, id): neither ever changes, so that a walk yields each record exactly once. */
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

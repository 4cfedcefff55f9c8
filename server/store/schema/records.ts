import type { Generated } from 'kysely'

/**
 * The current version of every record. `patient_id` leads the key, so that one patient's records lie together and
 * the table can be distributed by patient; it is '' for shared records (Practitioner, Organization, Location,
 * Medication), which belong to no compartment. A record about several patients has one row in each compartment.
 */
export interface RecordTable {
  /** Names the row in the search index; stays the same through all versions of the record. */
  no: Generated<number>
  patient_id: string
  type: string
  id: string
  version_id: number
  last_updated: number
  practice_id: string
  /** How many compartments hold this record. 1 nearly always; lists over several patients use it to show it once. */
  compartments: number
  /** When it happened, as the range [start, end) that its FHIR date covers; null when the type or record has none. */
  date_start: number | null
  date_end: number | null
  /** The FHIR resource as JSON, sent as it stands. */
  content: string
  /** How this version came: POST, PUT or PATCH; null from before that was kept. */
  method: string | null
}

/** Superseded and deleted versions. */
export interface RecordVersionTable {
  patient_id: string
  type: string
  id: string
  version_id: number
  last_updated: number
  deleted: number
  content: string
  method: string | null
  /** Whose it was; null from before that was kept. */
  practice_id: string | null
}

/** Which shared records a record cites: a shared record is readable when a readable record cites it. */
export interface RecordCitationTable {
  patient_id: string
  target_type: string
  target_id: string
  source_type: string
  source_id: string
}

/**
 * What search compares of a record: tokens, strings, references, uris. Rows of one value lie in the order of the record's
 * main date (fhir/search/main-date.ts), which each of them carries.
 */
export interface RecordTextTable {
  patient_id: string
  /** Type and search parameter, as a number (records/search/parameter-number.ts). */
  parameter: number
  value: string
  /** The latest end of the record's main dates. */
  high: number
  record_no: number
  /** 0 for the first row of a value of a record, 1 for the next: one of each value counts each record once. */
  nth: number
  /** The earliest beginning of its main dates. */
  low: number
  /** How many main dates it has: 0, 1, or 2 for several. */
  dates: number
  /** The system of a token, or a string as it was written; '' for others. */
  system: string
  /** 1: is asked for whoever it is about (fhir/search/by-value.ts), and has an index that begins with the value. */
  by_value: Generated<number>
}

/** What search compares of a record: dates, numbers and quantities, as ranges [low, high). */
export interface RecordRangeTable {
  patient_id: string
  parameter: number
  record_no: number
  low: number
  high: number
  unit: string
}

/** One row: by which version of the rules the two tables above were written. */
export interface SearchIndexTable {
  version: number
  /** While it is written anew: by which, and as JSON the last place that is done. */
  next_version: number | null
  next_place: string | null
}

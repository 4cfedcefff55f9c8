import type { Generated } from 'kysely'

/**
 * The current version of every record. `patient_id` leads the key, so that one patient's records lie together and
 * the table can be distributed by patient; it is '' for shared records (Practitioner, Organization, Location,
 * Medication), which belong to no compartment. A record about several patients has one row in each compartment.
 */
export interface RecordTable {
  /** The number of the row in the search index. It stays the same through all versions of the record. */
  no: Generated<number>
  patient_id: string
  type: string
  id: string
  version_id: number
  last_updated: number
  practice_id: string
  /** The number of compartments of the record, nearly always 1. Lists over several patients use it to show the record once. */
  compartments: number
  /** The date of the record as the range [start, end) that its FHIR date covers. Null when the type or record has none. */
  date_start: number | null
  date_end: number | null
  /** The FHIR resource as JSON, sent as it stands. */
  content: string
  /** The method that wrote this version: POST, PUT or PATCH. Null for older versions. */
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
  /** The practice of the version. Null for older versions. */
  practice_id: string | null
}

/** The shared records that a record cites. A shared record is readable when a readable record cites it. */
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
  /** 0 for the first row of a value of a record, 1 for the next. The rows with 0 count each record once for each value. */
  nth: number
  /** The earliest beginning of its main dates. */
  low: number
  /** The number of its main dates: 0, 1, or 2 for several. */
  dates: number
  /** The system of a token, or a string as it was written; '' for others. */
  system: string
  /** 1: searches look for the value in all compartments (fhir/search/by-value.ts), by an index that begins with the value. */
  by_value: Generated<number>
}

/** Dates, numbers and quantities of a record that search compares, as ranges [low, high). */
export interface RecordRangeTable {
  patient_id: string
  parameter: number
  record_no: number
  low: number
  high: number
  unit: string
}

/** One row: the version of the rules by which the two tables above were written. */
export interface SearchIndexTable {
  version: number
  /** While the index is written again: the version of the rules, and the last finished place as JSON. */
  next_version: number | null
  next_place: string | null
}

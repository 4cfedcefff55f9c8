import type { Resource } from 'fhir/r4'

/** Whether the writer may see the content of a record. */
export type Shows = (record: { type: string; content: string }) => boolean

/** A record to write, with its practice. Import and practices use it. */
export interface RecordWrite {
  practiceId: string
  resource: Resource
}

export interface WriteOutcome {
  created: number
  updated: number
  /** Same content as stored: no new version. */
  unchanged: number
  rejected: Array<{ reference: string; reason: string }>
  /** The records whose id another practice has: `Type/id` as it was sent, and as it is kept (decision 0028). */
  renamed: Array<{ reference: string; keptAs: string }>
}

export type WriteMode = 'each' | 'all-or-nothing'

import type { Resource } from 'fhir/r4'

/** Whether whoever writes may be told what stands in a record. */
export type Shows = (record: { type: string; content: string }) => boolean

/** Where a record comes from and whose it is; import and practices write through this. */
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
  /** Those under an id that another practice has: `Type/id` as it was sent, and as it is kept (decision 0028). */
  renamed: Array<{ reference: string; keptAs: string }>
}

export type WriteMode = 'each' | 'all-or-nothing'

import type { Resource } from 'fhir/r4'
import type { Selectable } from 'kysely'
import type { TimeRange } from '#fhir/dates.ts'
import { parseExact } from '#fhir/exact-json.ts'
import { localizeReferences } from '#fhir/reference.ts'
import { type IndexValue, indexValuesOf } from '#fhir/search/index-values.ts'
import { renderContent, splitContent } from '#fhir/stored-text.ts'
import { whenItHappened } from '#fhir/when-it-happened.ts'
import type { RecordTable } from '../../store/schema/records.ts'
import { findCitations } from '../cited-records.ts'

/** A stored record as the present rules read it. */
export interface ReadAgain {
  row: Omit<Selectable<RecordTable>, 'compartments' | 'method'>
  values: readonly IndexValue[]
  date: TimeRange | undefined
  /** The same text, with relative references in place of our own addresses, which mean the same record. */
  content: string
  citations: Array<{ type: string; id: string }>
}

export function readAgain(row: ReadAgain['row'], bases: readonly string[]): ReadAgain {
  // The text is searched first, because nearly no record has such a reference.
  const isLocal = !bases.some((base) => row.content.includes(`"${base}/`))
  const stored = (isLocal ? JSON.parse(row.content) : parseExact(row.content)) as Resource
  const resource = isLocal ? stored : localizeReferences(stored, bases)
  return {
    row,
    values: indexValuesOf(resource),
    date: whenItHappened(resource),
    content:
      resource === stored
        ? row.content
        : renderContent(splitContent(resource), row.version_id, Number(row.last_updated)),
    citations: resource === stored ? [] : findCitations(resource),
  }
}

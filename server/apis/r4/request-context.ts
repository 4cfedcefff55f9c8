import type { RecordReader, RecordWriter } from '#server/access/access.ts'
import type { Cursors } from '../../http/cursor.ts'
import type { Asked } from './answer.ts'

/** One request, with everything that interactions need to answer it. */
export interface RequestContext {
  request: Asked
  /** The parameters of the address. */
  query: URLSearchParams
  /** The address of this API, as the client wrote it. */
  base: string
  /** Every address of this API. */
  bases: readonly string[]
  /** `Prefer: handling=strict`: a parameter that is not known is refused (https://hl7.org/fhir/R4/search.html#errors). */
  isStrict: boolean
  cursors: Cursors
}

/** The context of an interaction that reads. The token is open. */
export interface ReadContext extends RequestContext {
  reader: RecordReader
}

/** The context of an interaction that writes one record. */
export interface WriteContext extends RequestContext {
  writer: RecordWriter
}

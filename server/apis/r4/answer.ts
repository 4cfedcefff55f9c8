import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { StaticDocument } from '../../http/static-document.ts'

/** What an interaction sees of its request: an HTTP request, or an entry of a Bundle. */
export interface Asked {
  method: string
  headers: IncomingHttpHeaders
  body: unknown
}

/** What an interaction answers. */
export interface Answer {
  status: number
  headers?: Record<string, string>
  /** The media type of the body, when it is not the negotiated one. `none` when there is no body. */
  mediaType?: string
  body?: string | Buffer | Readable
}

/** An answer that is the same for everybody, and that clients may keep. */
export interface DocumentAnswer {
  document: StaticDocument
  mediaType?: string
}

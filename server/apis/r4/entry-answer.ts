import { Readable } from 'node:stream'
import type { OnpatientError } from '../../errors.ts'
import { hasEntityTag } from '../../http/entity-tag.ts'
import { headersOf, outcomeOf } from '../../http/operation-outcome.ts'
import type { Answer, Asked, DocumentAnswer } from './answer.ts'
import { addressOf } from './bundle.ts'
import { readReturn } from './interactions/written.ts'

/** What became of an entry of a Bundle: https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.response */
interface EntryResponse {
  status: string
  location?: string
  etag?: string
  lastModified?: string
  outcome?: unknown
}

/** An entry of the answer; the resource is JSON text and goes out as it is. */
export type EntryAnswer = { resource?: string; response: EntryResponse }

export function renderAnswer(base: string, { resource, response }: EntryAnswer): string {
  const fullUrl =
    resource === undefined ? '' : `"fullUrl":"${addressOf(base, resource)}","resource":${resource},`
  return `{${fullUrl}"response":${JSON.stringify(response)}}`
}

/** The entry for a request that failed. */
export function refusedEntry(error: OnpatientError, requestId: string): EntryAnswer {
  return {
    response: { status: String(headersOf(error).status), outcome: outcomeOf(error, requestId) },
  }
}

/** The entry for what an interaction has answered. `asksOnly`: the entry writes nothing. */
export function toEntry(
  asked: Asked,
  answer: Answer | DocumentAnswer,
  { asksOnly }: { asksOnly: boolean },
): EntryAnswer {
  const { status, headers = {}, body = '' } = 'document' in answer ? readDocument(asked, answer) : answer
  if (body instanceof Readable) throw new Error('an entry of a Bundle is answered by a stream')
  const text = asked.method === 'HEAD' ? '' : String(body)
  // `Prefer` asks for an OperationOutcome in place of the written resource.
  const isOutcome = !asksOnly && readReturn(asked) === 'OperationOutcome'
  const { location, etag, 'last-modified': modified } = headers
  return {
    ...(text === '' || isOutcome ? {} : { resource: text }),
    response: {
      status: String(status),
      ...(location === undefined ? {} : { location }),
      ...(etag === undefined ? {} : { etag }),
      ...(modified === undefined ? {} : { lastModified: new Date(modified).toISOString() }),
      ...(isOutcome && text !== '' ? { outcome: JSON.parse(text) } : {}),
    },
  }
}

function readDocument({ headers }: Asked, { document: { text, etag } }: DocumentAnswer): Answer {
  const isKnown = hasEntityTag(headers['if-none-match'], etag)
  return isKnown ? { status: 304, headers: { etag } } : { status: 200, headers: { etag }, body: text }
}

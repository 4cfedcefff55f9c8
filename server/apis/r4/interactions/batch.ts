import { stringifyExact } from '#fhir/exact-json.ts'
import { breathe } from '../../../breathe.ts'
import { OnpatientError } from '../../../errors.ts'
import { currentWork } from '../../../request-work.ts'
import { type Action, type BundleEntry, readTransactionAction } from '../bundle-action.ts'
import { type EntryAnswer, refusedEntry, renderAnswer } from '../entry-answer.ts'
import { patchMediaType, resourceMediaTypes } from '../read-body.ts'
import type { BundleContext, EntryRequest } from './bundle-context.ts'

/**
 * A batch is answered entry by entry, one after the other. Beyond a bound of the whole request each entry is answered with
 * the reason, and not done.
 */
export async function* answerEach(sent: BundleContext, entries: BundleEntry[]): AsyncGenerator<EntryAnswer> {
  const work = currentWork()
  let beyond: OnpatientError | undefined
  for (const [index, entry] of entries.entries()) {
    await breathe()
    beyond ??= errorOf(() => work?.assertGoesOn())
    if (beyond) {
      yield refusedEntry(beyond, sent.requestId)
      continue
    }
    const answer = await answerOne(sent, entry, index)
    const bytes = renderAnswer(sent.base, answer).length
    beyond = errorOf(() => work?.countBytes(bytes))
    // An entry that has written something says so.
    yield beyond && answer.resource !== undefined && isRead(entry)
      ? refusedEntry(beyond, sent.requestId)
      : answer
  }
}

function errorOf(run: () => void): OnpatientError | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (error instanceof OnpatientError) return error
    throw error
  }
}

function isRead({ request }: BundleEntry): boolean {
  return request?.method === 'GET' || request?.method === 'HEAD'
}

async function answerOne(sent: BundleContext, entry: BundleEntry, index: number): Promise<EntryAnswer> {
  let action: Action
  try {
    action = readTransactionAction(entry, index, sent.base)
  } catch (error) {
    if (!(error instanceof OnpatientError)) throw error
    const expression = [error.expression ?? `Bundle.entry[${index}]`]
    const issue = [{ severity: 'error', code: 'invalid', details: { text: error.message }, expression }]
    return { response: { status: '400', outcome: { resourceType: 'OperationOutcome', issue } } }
  }
  const request = requestOf(action)
  try {
    return await sent.answerEntry(request)
  } catch (error) {
    return sent.refuseEntry(error, request.url)
  }
}

/** The request that an entry stands for. */
export function requestOf(action: Action): EntryRequest {
  const { method, url, question, ifMatch, condition, readHeaders } = action
  return {
    method,
    url,
    ...bodyOf(action),
    headers: {
      ...readHeaders,
      'if-match': ifMatch,
      'if-none-exist': method === 'POST' ? condition : undefined,
      'content-type': method === 'PATCH' ? patchMediaType : resourceMediaTypes[0],
    },
    asksOnly: method === 'GET' || method === 'HEAD' || question !== undefined,
  }
}

/** A JSON Patch travels in a Binary: https://hl7.org/fhir/R4/http.html#patch. A search by POST has its parameters in its address. */
function bodyOf({ method, resource, question }: Action): { body?: Buffer } {
  const sent = question ? question.sent : resource
  if (sent === undefined) return {}
  if (method !== 'PATCH') return { body: Buffer.from(stringifyExact(sent)) }
  return { body: Buffer.from(String((sent as { data?: unknown }).data ?? ''), 'base64') }
}

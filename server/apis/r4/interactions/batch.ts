import { stringifyExact } from '#fhir/exact-json.ts'
import { breathe } from '../../../breathe.ts'
import { OnpatientError } from '../../../errors.ts'
import { headersOf, outcomeOf } from '../../../http/operation-outcome.ts'
import { currentWork } from '../../../request-work.ts'
import { type AnswerEntry, renderAnswer } from '../answer-entry.ts'
import { type Action, type BundleEntry, readAction, readQuestion } from '../bundle-action.ts'
import { patchMediaType, resourceMediaTypes } from '../read-body.ts'
import type { BundleContext } from './bundle-context.ts'
import { readReturn } from './written.ts'

/**
 * A batch is what its entries are, sent one after the other. Beyond a bound of the whole request each entry is answered with
 * the reason, and not done.
 */
export async function* answerEach(sent: BundleContext, entries: BundleEntry[]): AsyncGenerator<AnswerEntry> {
  const work = currentWork()
  let beyond: OnpatientError | undefined
  for (const [index, entry] of entries.entries()) {
    await breathe()
    beyond ??= errorOf(() => work?.assertGoesOn())
    if (beyond) {
      yield refuse(beyond, sent)
      continue
    }
    const answer = await answerOne(sent, entry, index)
    const bytes = renderAnswer(sent.base, answer).length
    beyond = errorOf(() => work?.countBytes(bytes))
    // What was written is said to be so.
    yield beyond && answer.resource !== undefined && isRead(entry) ? refuse(beyond, sent) : answer
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

function refuse(error: OnpatientError, { request }: BundleContext): AnswerEntry {
  const { status } = headersOf(error)
  return { response: { status: String(status), outcome: outcomeOf(error, request.id) } }
}

async function answerOne(sent: BundleContext, entry: BundleEntry, index: number): Promise<AnswerEntry> {
  let action: Action
  try {
    const question = readQuestion(entry, index, sent.base)
    if (question) return await ask(sent, question)
    action = readAction(entry, index, sent.base)
  } catch (error) {
    if (!(error instanceof OnpatientError)) throw error
    const expression = [error.expression ?? `Bundle.entry[${index}]`]
    const issue = [{ severity: 'error', code: 'invalid', details: { text: error.message }, expression }]
    return { response: { status: '400', outcome: { resourceType: 'OperationOutcome', issue } } }
  }
  const { method, url, resource, ifMatch, condition, readHeaders } = action
  const isPatch = method === 'PATCH'
  return inject(sent, {
    method,
    url,
    ...(resource
      ? {
          payload: isPatch
            ? Buffer.from(String((resource as { data?: unknown }).data ?? ''), 'base64')
            : stringifyExact(resource),
        }
      : {}),
    headers: {
      ...readHeaders,
      ...(resource ? { 'content-type': isPatch ? patchMediaType : resourceMediaTypes[0] } : {}),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(method === 'POST' && condition !== undefined ? { 'if-none-exist': condition } : {}),
    },
  })
}

/** A search has its parameters in its address. */
export function ask(
  sent: BundleContext,
  { url, resource }: { url: string; resource: unknown },
): Promise<AnswerEntry> {
  const body = resource === undefined ? {} : { payload: stringifyExact(resource), headers: json }
  return inject(sent, { method: 'POST', url, ...body, isQuestion: true })
}

const json = { 'content-type': resourceMediaTypes[0] }

interface Injected {
  method: Action['method']
  url: string
  payload?: string | Buffer
  /** Whether it is answered with a resource, though it is sent by POST. */
  isQuestion?: boolean
  headers?: Record<string, string | undefined>
}

/** The request of one entry goes the way of every request: the same token, the same checks, the same words. */
export async function inject(
  { request, base, entryHeaders }: BundleContext,
  { method, url, payload, headers, isQuestion }: Injected,
): Promise<AnswerEntry> {
  const { prefer } = request.headers
  const answer = await request.server.inject({
    method,
    url: `${new URL(base).pathname}/${url}`,
    headers: {
      // Of a Binary, too, an entry holds the resource.
      accept: resourceMediaTypes[0],
      ...entryHeaders,
      ...(prefer === undefined ? {} : { prefer }),
      ...headers,
      host: request.headers.host ?? '',
    },
    ...(payload === undefined ? {} : { payload }),
  })
  const { etag, location, 'last-modified': modified } = answer.headers
  const isRead = method === 'GET' || method === 'HEAD' || isQuestion === true
  // A failure, or what `Prefer` asks for in place of what was written.
  const isOutcome = answer.statusCode >= 400 || (!isRead && readReturn(request) === 'OperationOutcome')
  return {
    ...(answer.body === '' || isOutcome ? {} : { resource: answer.body }),
    response: {
      status: String(answer.statusCode),
      ...(typeof location === 'string' ? { location } : {}),
      ...(typeof etag === 'string' ? { etag } : {}),
      ...(typeof modified === 'string' ? { lastModified: new Date(modified).toISOString() } : {}),
      ...(isOutcome && answer.body !== '' ? { outcome: JSON.parse(answer.body) } : {}),
    },
  }
}

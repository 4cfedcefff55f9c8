import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RecordWriter } from '#server/access/access.ts'
import { OnpatientError } from '../../errors.ts'
import type { Random } from '../../secrets.ts'
import { answerEach } from './batch.ts'
import { addressOf } from './bundle.ts'
import { readTransactionAction } from './bundle-action.ts'
import { readResource } from './read-body.ts'
import { transact } from './transaction.ts'

export interface BundleRequest {
  request: FastifyRequest
  reply: FastifyReply
  base: string
  bases: readonly string[]
  random: Random
  /** By which the request of an entry is known as one. */
  entryHeaders: Record<string, string>
}

interface Answer {
  status: string
  location?: string
  etag?: string
  lastModified?: string
  outcome?: unknown
}

/** An entry of the answer; the resource is JSON text and goes out as it is. */
export type AnswerEntry = { resource?: string; response: Answer }

const mostEntries = 10_000

/** POST to the base: a transaction as a whole or not at all, a batch entry by entry (https://hl7.org/fhir/R4/http.html#transaction). */
export async function answerBundle(
  openWriter: () => Promise<RecordWriter>,
  sent: BundleRequest,
): Promise<FastifyReply> {
  const bundle = readResource(sent.request, 'Bundle') as { type?: unknown; entry?: unknown }
  const entries = bundle.entry ?? []
  if (bundle.type !== 'transaction' && bundle.type !== 'batch')
    throw new OnpatientError('invalid-body', 'The type of the Bundle must be transaction or batch.', {
      expression: 'Bundle.type',
    })
  if (!Array.isArray(entries) || entries.length > mostEntries)
    throw new OnpatientError(
      'invalid-body',
      `Bundle.entry must be an array of at most ${mostEntries} entries.`,
      { expression: 'Bundle.entry' },
    )
  const answers =
    bundle.type === 'batch'
      ? await answerEach(sent, entries)
      : await transact(
          openWriter,
          sent,
          entries.map((entry, index) => readTransactionAction(entry, index, sent.base)),
        )
  return sent.reply.send(
    `{"resourceType":"Bundle","type":"${bundle.type}-response"${
      answers.length === 0
        ? ''
        : `,"entry":[${answers.map((answer) => renderAnswer(sent.base, answer)).join(',')}]`
    }}`,
  )
}

function renderAnswer(base: string, { resource, response }: AnswerEntry): string {
  const fullUrl =
    resource === undefined ? '' : `"fullUrl":"${addressOf(base, resource)}","resource":${resource},`
  return `{${fullUrl}"response":${JSON.stringify(response)}}`
}

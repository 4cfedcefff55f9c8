import { Readable } from 'node:stream'
import { OnpatientError } from '../../../errors.ts'
import { sayLimit } from '../../../limits.ts'
import { giveWay } from '../../../request-work.ts'
import type { Answer } from '../answer.ts'
import { type BundleEntry, readTransactionAction } from '../bundle-action.ts'
import { renderAnswer } from '../entry-answer.ts'
import { readResource } from '../read-body.ts'
import { answerEach } from './batch.ts'
import type { BundleContext } from './bundle-context.ts'
import { runTransaction } from './transaction.ts'

/** POST to the base: a transaction as a whole or not at all, a batch entry by entry (https://hl7.org/fhir/R4/http.html#transaction). */
export async function answerBundle(sent: BundleContext): Promise<Answer> {
  const bundle = (await readResource(sent.request, 'Bundle')) as { type?: unknown; entry?: unknown }
  const entries = bundle.entry ?? []
  if (bundle.type !== 'transaction' && bundle.type !== 'batch')
    throw new OnpatientError('invalid-body', 'The type of the Bundle must be transaction or batch.', {
      expression: 'Bundle.type',
    })
  if (!Array.isArray(entries))
    throw new OnpatientError('invalid-body', 'Bundle.entry must be an array.', {
      expression: 'Bundle.entry',
    })
  if (entries.length > sent.limits.bundleEntries)
    throw new OnpatientError(
      'bundle-too-large',
      `${sayLimit(sent.limits, 'bundleEntries')} This one has ${entries.length}. Send it in several.`,
      { expression: 'Bundle.entry' },
    )
  await sent.countEntries(entries.length)
  giveWay()
  // Each entry goes out as soon as it is answered, so that not all answers lie in memory. A client that leaves ends the work.
  if (bundle.type === 'batch')
    return { status: 200, body: Readable.from(renderBatch(sent, entries), { highWaterMark: 1 }) }
  const answers = await runTransaction(
    sent,
    entries.map((entry, index) => readTransactionAction(entry, index, sent.base)),
  )
  const text = `{"resourceType":"Bundle","type":"transaction-response"${
    answers.length === 0
      ? ''
      : `,"entry":[${answers.map((answer) => renderAnswer(sent.base, answer)).join(',')}]`
  }}`
  return { status: 200, body: text }
}

async function* renderBatch(sent: BundleContext, entries: BundleEntry[]): AsyncGenerator<string> {
  yield '{"resourceType":"Bundle","type":"batch-response"'
  let before = ',"entry":['
  for await (const answer of answerEach(sent, entries)) {
    yield `${before}${renderAnswer(sent.base, answer)}`
    before = ','
  }
  yield entries.length === 0 ? '}' : ']}'
}

import { OnpatientError } from '../../../errors.ts'
import type { Answer } from '../answer.ts'
import { readResourceOrBytes } from '../binary.ts'
import { assertVersion, findOne, parseCondition } from '../condition.ts'
import type { WriteContext } from '../request-context.ts'
import { assertValid } from '../validate.ts'
import { assertNew, headerOf, interactionsOf, putOne, sendWritten, withKnownId } from './written.ts'

/** PUT Type/id: creates the record when it is not there (upsert), else gives it a new version. */
export async function update(
  context: WriteContext,
  { type, id }: { type: string; id: string },
): Promise<Answer> {
  const { writer, request } = context
  writer.assertMay(type, interactionsOf.PUT)
  const resource = await readResourceOrBytes(request, type, id)
  if (resource.id !== id)
    throw new OnpatientError(
      'invalid-body',
      'The id of the resource must be the one of the address: "id" is missing or another.',
      { expression: `${type}.id` },
    )
  await assertValid(resource)
  const ifMatch = headerOf(request, 'if-match')
  const done = await writer.write(async (transaction) => {
    if (ifMatch !== undefined) {
      const current = await transaction.read(type, id)
      assertVersion(ifMatch, current, { isShown: writer.shows({ type, content: current?.content }) })
    }
    return assertNew(request, await putOne(transaction, resource))
  })
  return sendWritten(context, done, { isShown: writer.shows(done) })
}

/** PUT Type?condition: https://hl7.org/fhir/R4/http.html#cond-update */
export async function conditionalUpdate(context: WriteContext, { type }: { type: string }): Promise<Answer> {
  const { writer, request, query: params, bases } = context
  writer.assertMay(type, interactionsOf.PUT)
  const resource = await readResourceOrBytes(request, type)
  await assertValid(resource)
  const query = parseCondition(type, params.toString(), bases)
  const ifMatch = headerOf(request, 'if-match')
  const done = await writer.write(async (transaction) => {
    const known = await findOne(transaction, query)
    assertVersion(ifMatch, known, { isShown: writer.shows({ type, content: known?.content }) })
    return assertNew(request, await putOne(transaction, withKnownId(resource, known?.id), 'PUT'))
  })
  return sendWritten(context, done, { isShown: writer.shows(done) })
}

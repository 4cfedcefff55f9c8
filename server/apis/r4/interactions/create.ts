import type { Resource } from 'fhir/r4'
import type { Answer } from '../answer.ts'
import { readResourceOrBytes } from '../binary.ts'
import { findOne, parseCondition } from '../condition.ts'
import type { WriteContext } from '../request-context.ts'
import { assertValid } from '../validate.ts'
import { type Done, headerOf, interactionsOf, putOne, sendWritten } from './written.ts'

/** POST Type. With `If-None-Exist` it creates only when nothing matches. The server gives the id. */
export async function create(context: WriteContext, { type }: { type: string }): Promise<Answer> {
  const { writer, request, bases } = context
  writer.assertMay(type, interactionsOf.POST)
  const { id: _id, ...resource } = await readResourceOrBytes(request, type)
  await assertValid(resource as Resource)
  const condition = headerOf(request, 'if-none-exist')
  const query = condition === undefined ? undefined : parseCondition(type, condition, bases)
  const done = await writer.write(async (transaction): Promise<Done> => {
    const known = query && (await findOne(transaction, query))
    return known ? { kind: 'unchanged', type, ...known } : putOne(transaction, resource as Resource)
  })
  return sendWritten(context, done, { isShown: writer.shows(done) })
}

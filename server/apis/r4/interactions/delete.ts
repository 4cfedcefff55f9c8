import type { Answer } from '../answer.ts'
import { assertVersion } from '../condition.ts'
import type { WriteContext } from '../request-context.ts'
import { findNamed, headerOf, interactionsOf, type Named } from './written.ts'

/**
 * DELETE Type/id, or Type?condition. The answer is the same whether the record existed or not
 * (https://hl7.org/fhir/R4/http.html#delete).
 */
export async function remove(context: WriteContext, named: Named): Promise<Answer> {
  const { writer, request } = context
  writer.assertMay(named.type, interactionsOf.DELETE)
  const ifMatch = headerOf(request, 'if-match')
  const find = findNamed(named, context)
  await writer.write(async (transaction) => {
    const isLookedAt = named.id === undefined || ifMatch !== undefined
    const current = isLookedAt ? await find(transaction) : undefined
    assertVersion(ifMatch, current, {
      isShown: writer.shows({ type: named.type, content: current?.content }),
    })
    const id = named.id ?? current?.id
    if (id !== undefined) await transaction.remove(named.type, id)
  })
  return { status: 204, mediaType: 'none' }
}

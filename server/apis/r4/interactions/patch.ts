import type { Answer } from '../answer.ts'
import { assertVersion } from '../condition.ts'
import { patchRecord } from '../patch-record.ts'
import { patchMediaType, readBody } from '../read-body.ts'
import type { WriteContext } from '../request-context.ts'
import {
  findNamed,
  headerOf,
  interactionsOf,
  type Named,
  nothingMatches,
  notOfPractice,
  putOne,
  sendWritten,
} from './written.ts'

/** PATCH Type/id, or Type?condition, with a JSON Patch. */
export async function patch(context: WriteContext, named: Named): Promise<Answer> {
  const { writer, request } = context
  writer.assertMay(named.type, interactionsOf.PATCH)
  const operations = await readBody(request, [patchMediaType])
  const ifMatch = headerOf(request, 'if-match')
  const find = findNamed(named, context)
  const { done, isShown } = await writer.write(async (transaction) => {
    const current = await find(transaction)
    if (!current) throw named.id === undefined ? nothingMatches(named.type) : notOfPractice(named.type)
    const isShown = writer.shows({ type: named.type, content: current.content })
    assertVersion(ifMatch, current, { isShown })
    const resource = await patchRecord({
      type: named.type,
      content: current.content,
      patch: operations,
      isShown,
    })
    return { done: await putOne(transaction, resource, 'PATCH'), isShown }
  })
  return sendWritten(context, done, { isShown })
}

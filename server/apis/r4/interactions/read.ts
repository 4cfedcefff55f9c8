import { isResourceId } from '#fhir/reference.ts'
import type { RecordReader } from '#server/access/access.ts'
import type { Answer } from '../answer.ts'
import type { ReadContext } from '../request-context.ts'
import { readSubset } from '../subset.ts'
import { deleted, notHere, sendRecord } from './send-record.ts'

/** GET Type/id: https://hl7.org/fhir/R4/http.html#read */
export async function read(
  context: ReadContext,
  { type, id }: { type: string; id: string },
): Promise<Answer> {
  const { reader, query } = context
  // Refused before anything is read.
  readSubset(query)
  const content = isResourceId(id) ? await reader.read(type, id) : undefined
  if (content === undefined) throw (await wasDeleted(reader, type, id)) ? deleted(type) : notHere(type)
  return sendRecord(context, type, content)
}

/** Whoever could read it may know that it is gone: https://hl7.org/fhir/R4/http.html#delete */
async function wasDeleted(reader: RecordReader, type: string, id: string): Promise<boolean> {
  if (!isResourceId(id) || !reader.allowsHistory(type)) return false
  const { versions } = await reader.listVersions({ type, id, pageSize: 1 })
  return Number(versions[0]?.deleted ?? 0) === 1
}

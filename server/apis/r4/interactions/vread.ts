import { isResourceId } from '#fhir/reference.ts'
import type { Answer } from '../answer.ts'
import type { ReadContext } from '../request-context.ts'
import { readSubset } from '../subset.ts'
import { deleted, notHere, sendRecord } from './read.ts'

/** GET Type/id/_history/version; 410 when the version is the deletion of its record: https://hl7.org/fhir/R4/http.html#vread */
export async function vread(
  context: ReadContext,
  { type, id, versionId }: { type: string; id: string; versionId: string },
): Promise<Answer> {
  const { reader, query } = context
  readSubset(query)
  const number = /^\d{1,9}$/.test(versionId) ? Number(versionId) : 0
  const address = { type, id, versionId: number }
  const content = await reader.readVersion(address)
  if (content !== undefined) return sendRecord(context, type, content)
  const isDeletion = number > 0 && isResourceId(id) && (await reader.isDeletion(address))
  throw isDeletion ? deleted(type) : notHere(type)
}

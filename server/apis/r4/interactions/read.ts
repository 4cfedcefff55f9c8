import type { Binary } from 'fhir/r4'
import { isResourceId } from '#fhir/reference.ts'
import { readStoredHead } from '#fhir/stored-text.ts'
import type { RecordReader } from '#server/access/access.ts'
import { OnpatientError } from '../../../errors.ts'
import { hasEntityTag } from '../../../http/entity-tag.ts'
import type { Answer, Asked } from '../answer.ts'
import { sendBytes, wantsBytes } from '../binary.ts'
import { present } from '../negotiate.ts'
import type { ReadContext } from '../request-context.ts'
import { readSubset, subset } from '../subset.ts'
import { versionHeaders } from '../version-headers.ts'

/** GET Type/id: https://hl7.org/fhir/R4/http.html#read */
export async function read(
  context: ReadContext,
  { type, id }: { type: string; id: string },
): Promise<Answer> {
  const { reader, query } = context
  // A wrong subset is refused before anything is read.
  readSubset(query)
  const content = isResourceId(id) ? await reader.read(type, id) : undefined
  if (content === undefined) throw (await wasDeleted(reader, type, id)) ? deleted(type) : notHere(type)
  return sendRecord(context, type, content)
}

/** A reader who could read the record may know that it was deleted: https://hl7.org/fhir/R4/http.html#delete */
async function wasDeleted(reader: RecordReader, type: string, id: string): Promise<boolean> {
  if (!isResourceId(id) || !reader.allowsHistory(type)) return false
  const { versions } = await reader.listVersions({ type, id, pageSize: 1 })
  return Number(versions[0]?.deleted ?? 0) === 1
}

/**
 * The record as JSON, whole or the part that is asked for; of a Binary its bytes, unless FHIR is asked for; 304 when the client has it
 * (https://hl7.org/fhir/R4/http.html#cread).
 */
export function sendRecord({ request, query }: ReadContext, type: string, content: string): Answer {
  const { headers, isUnchanged } = compareVersion(request, content)
  if (isUnchanged) return { status: 304, headers }
  if (type === 'Binary' && !query.has('_format')) {
    const binary = JSON.parse(content) as Binary
    if (wantsBytes(request, binary)) {
      const bytes = sendBytes(request, binary)
      return { ...bytes, headers: { ...headers, ...bytes.headers } }
    }
  }
  return { status: 200, headers, body: present(subset(content, type, readSubset(query)), query) }
}

/**
 * The version headers of a stored text, and whether the client has this version already
 * (https://hl7.org/fhir/R4/http.html#cread; RFC 9110 §13.2.2: an entity tag decides before a date).
 */
function compareVersion({ headers: asked }: Pick<Asked, 'headers'>, content: string) {
  const { versionId, lastUpdated } = readStoredHead(content)
  const headers = versionHeaders(versionId, lastUpdated)
  const { 'if-none-match': tags, 'if-modified-since': since } = asked
  const known = since === undefined ? Number.NaN : Date.parse(since)
  const isUnchanged =
    tags === undefined
      ? Math.floor(Date.parse(lastUpdated) / 1000) * 1000 <= known
      : hasEntityTag(tags, headers.etag)
  return { headers, isUnchanged }
}

export function deleted(type: string): OnpatientError {
  return new OnpatientError(
    'record-deleted',
    `This ${type} was deleted. Its history has its earlier versions.`,
  )
}

/** The words must not depend on whether the record exists elsewhere, because nobody else may learn that. */
export function notHere(type: string): OnpatientError {
  return new OnpatientError('not-found', `There is no ${type} with this id among the records of this token.`)
}

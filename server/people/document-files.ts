import type { AccountReader } from '#server/access/access.ts'
import { type Attachment, attachmentsOf, type DocumentType, type HeldFile } from '#server/views/views.ts'

interface FilePlace {
  type: DocumentType
  id: string
  /** Which of its files, from 0. */
  index: number
}

interface FileDeps {
  patientId: string
  reader: AccountReader
  /** Files beyond are not read. */
  mostBytes: number
}

/**
 * A file of a document of one person; undefined when the person has no such document, or the document no such file. Each list is
 * narrowed to this one person: the document lies in their compartment, and a Binary there, too, or a record of theirs of the same
 * practice has it attached. What other people of the same account have is as absent as what nobody has.
 */
export async function findFile(
  deps: FileDeps,
  place: FilePlace,
): Promise<{ attachment: Attachment; file: HeldFile } | undefined> {
  const record = await readOne(deps, place.type, place.id)
  const attachment = record && attachmentsOf(place.type, record)[place.index]
  return attachment && { attachment, file: await holdFile(deps, attachment) }
}

async function holdFile(deps: FileDeps, attachment: Attachment): Promise<HeldFile> {
  const { data, binaryId, contentType, isElsewhere } = attachment
  if (data !== undefined) return decode(data, contentType, deps)
  if (binaryId === undefined) return { state: isElsewhere ? 'elsewhere' : 'missing' }
  const binary = await readOne(deps, 'Binary', binaryId)
  return typeof binary?.data === 'string'
    ? decode(binary.data, contentType ?? textOrNone(binary.contentType), deps)
    : { state: 'missing' }
}

function decode(data: string, contentType: string | undefined, { mostBytes }: FileDeps): HeldFile {
  // Base64 has four characters for three bytes.
  if (data.length * 0.75 > mostBytes + 2) return { state: 'tooLarge' }
  const bytes = Buffer.from(data, 'base64')
  return bytes.length === 0 ? { state: 'missing' } : { state: 'here', bytes, contentType }
}

async function readOne(
  { reader, patientId }: FileDeps,
  type: string,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  const { contents } = await reader.list({ type, patientId, ids: [id], pageSize: 1 })
  return contents[0] === undefined ? undefined : (JSON.parse(contents[0]) as Record<string, unknown>)
}

function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

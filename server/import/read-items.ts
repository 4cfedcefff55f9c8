import { isUtf8 } from 'node:buffer'
import type { Bundle, Resource } from 'fhir/r4'
import { findDuplicateKey } from '#fhir/duplicate-keys.ts'
import { parseExact } from '#fhir/exact-json.ts'
import { type ImportSource, openSource, UnreadableFileError } from './import-source.ts'
import { readLines } from './read-lines.ts'

/** One thing to import. `place`: `line 7`; undefined when it is the whole file. */
export type FileItem = { place: string | undefined } & (
  | { kind: 'bundle'; bundle: Bundle }
  | { kind: 'resource'; resource: Resource /** Of its text. */; bytes: number }
  | { kind: 'problem'; reason: string }
)

/** Reads NDJSON line by line, so that memory does not grow with the file, and everything else as one JSON text. */
export async function* readItems(
  source: ImportSource,
  onRead: (bytes: number) => void,
): AsyncGenerator<FileItem> {
  try {
    const stream = await openSource(source, onRead)
    if (/\.(ndjson|jsonl)(\.gz)?$/i.test(source.name)) yield* readItemLines(stream)
    else yield toItem(await readWhole(stream), undefined)
  } catch (error) {
    // Errors of the system, of zlib and of too long texts have a code. Any other error is our own mistake.
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new UnreadableFileError(`The file cannot be read to its end: ${error.message}.`)
  }
}

/** A single text is held in memory as a whole, and an archive of some kilobytes could unpack to any size. */
const longestText = 512 * 1024 * 1024

async function readWhole(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > longestText)
      throw new UnreadableFileError(
        'The file is larger than 512 MB. Write one resource in each line, as .ndjson.',
      )
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function* readItemLines(stream: AsyncIterable<Buffer>): AsyncGenerator<FileItem> {
  let number = 0
  for await (const line of readLines(stream)) {
    const place = `line ${++number}`
    if (line === undefined) yield { kind: 'problem', place, reason: 'The line is too long.' }
    else if (line.some((byte) => byte > 0x20)) yield toItem(line, place)
  }
}

function toItem(bytes: Buffer, place: string | undefined): FileItem {
  const what = place === undefined ? 'file' : 'line'
  const problem = (reason: string): FileItem => ({ kind: 'problem', place, reason })
  if (!isUtf8(bytes)) return problem(`The ${what} is not in UTF-8.`)
  const text = withoutByteOrderMark(bytes)
  let value: { resourceType?: unknown } | null
  try {
    value = parseExact(text) as typeof value
  } catch (error) {
    return problem(`The ${what} is not JSON (${describeSyntaxError(text, error)}).`)
  }
  const twice = findDuplicateKey(text)
  if (twice !== undefined)
    return problem(`The ${what} has ${withoutValues(twice)} twice: one of them would be lost.`)
  const type = value?.resourceType
  if (typeof type !== 'string' || type === '')
    return problem(`The ${what} has no resourceType, so it is not a FHIR resource.`)
  if (type === 'Bundle') return { kind: 'bundle', bundle: value as unknown as Bundle, place }
  return { kind: 'resource', resource: value as unknown as Resource, bytes: bytes.length, place }
}

/** Only names of elements are shown. Another name could be content of a record. */
function withoutValues(path: string): string {
  return path.length <= 200 && /^[\w.[\]]+$/.test(path) ? path : 'a name'
}

function withoutByteOrderMark(bytes: Buffer): string {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  return bytes.toString('utf8', hasMark ? 3 : 0)
}

/** The place where the parser stopped, without the text around it, which may be of a record. */
function describeSyntaxError(text: string, error: unknown): string {
  if (/^\s*</.test(text)) return 'it looks like XML; only FHIR in JSON is imported'
  if (/^\s*\{.*\}\s*\n\s*\{/.test(text)) return 'with one resource in each line its name must end in .ndjson'
  const [position] = /position \d+|end of JSON input/.exec(error instanceof Error ? error.message : '') ?? []
  return position ?? 'wrong from the start'
}

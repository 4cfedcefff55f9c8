import { isUtf8 } from 'node:buffer'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import type { Bundle, Resource } from 'fhir/r4'
import { readLines } from './read-lines.ts'

/** One thing to import. `place`: `line 7`; undefined when it is the whole file. */
export type FileItem = { place: string | undefined } & (
  | { kind: 'bundle'; bundle: Bundle }
  | { kind: 'resource'; resource: Resource }
  | { kind: 'problem'; reason: string }
)

/** A file that cannot be read as what its name says; what was read before stays. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError'
}

/** NDJSON line by line, so that memory does not grow with the file; everything else as one JSON text. */
export async function* readItems(file: string): AsyncGenerator<FileItem> {
  try {
    const stream = await openFile(file)
    if (/\.(ndjson|jsonl)(\.gz)?$/i.test(file)) yield* readItemLines(stream)
    else yield toItem(await buffer(stream), undefined)
  } catch (error) {
    // The system, zlib and too long texts say so by a code; anything else is our own mistake.
    if (!(error instanceof Error && 'code' in error)) throw error
    throw new UnreadableFileError(`The file cannot be read to its end: ${error.message}.`)
  }
}

/** gzip is known by its first two bytes (RFC 1952 §2.3.1), not by the name. */
async function openFile(file: string): Promise<Readable> {
  const source = createReadStream(file)
  await once(source, 'readable')
  const start: Buffer | null = source.read()
  if (start) source.unshift(start)
  if (start?.[0] !== 0x1f || start[1] !== 0x8b) return source
  // A failure of either reaches whoever reads the result.
  return pipeline(source, createGunzip(), () => undefined)
}

async function* readItemLines(stream: Readable): AsyncGenerator<FileItem> {
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
    value = JSON.parse(text)
  } catch (error) {
    return problem(`The ${what} is not JSON (${describeSyntaxError(text, error)}).`)
  }
  const type = value?.resourceType
  if (typeof type !== 'string' || type === '')
    return problem(`The ${what} has no resourceType, so it is no FHIR resource.`)
  if (type === 'Bundle') return { kind: 'bundle', bundle: value as unknown as Bundle, place }
  return { kind: 'resource', resource: value as unknown as Resource, place }
}

function withoutByteOrderMark(bytes: Buffer): string {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  return bytes.toString('utf8', hasMark ? 3 : 0)
}

/** Where the parser stopped, without the text around it, which may be of a record. */
function describeSyntaxError(text: string, error: unknown): string {
  if (/^\s*</.test(text)) return 'it looks like XML; only FHIR in JSON is imported'
  if (/^\s*\{.*\}\s*\n\s*\{/.test(text)) return 'with one resource in each line its name must end in .ndjson'
  const [position] = /position \d+|end of JSON input/.exec(error instanceof Error ? error.message : '') ?? []
  return position ?? 'wrong from the start'
}

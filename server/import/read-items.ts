import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { type Readable, Transform, type TransformCallback } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createGunzip } from 'node:zlib'
import type { Bundle, Resource } from 'fhir/r4'

/** One thing to import. */
export type FileItem =
  | { kind: 'bundle'; bundle: Bundle; place: string | undefined }
  | { kind: 'resource'; resource: Resource }
  | { kind: 'problem'; place: string; reason: string }

/** A file that cannot be read as what its name says; what was read before stays. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError'
}

/** NDJSON line by line, so that memory does not grow with the file; everything else as one JSON text. */
export async function* readItems(file: string): AsyncGenerator<FileItem> {
  const stream = await openFile(file)
  if (/\.(ndjson|jsonl)(\.gz)?$/i.test(file)) yield* readLines(stream)
  else yield toItem(await readAll(stream), undefined)
}

/** gzip is known by its first two bytes (RFC 1952 §2.3.1), not by the name. */
async function openFile(file: string): Promise<Readable> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new UnreadableFileError(`The file cannot be opened (${error.code}).`)
  })
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    const isGzip = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
    const stream = createReadStream(file)
    if (!isGzip) return stream.pipe(withoutByteOrderMark())
    const unzipped = createGunzip()
    stream.on('error', (error) => unzipped.destroy(error))
    return stream.pipe(unzipped)
  } finally {
    await handle.close()
  }
}

function withoutByteOrderMark(): Transform {
  let isFirst = true
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const hasMark = isFirst && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
      isFirst = false
      done(null, hasMark ? chunk.subarray(3) : chunk)
    },
  })
}

async function readAll(stream: Readable): Promise<unknown> {
  const content = await text(stream).catch((error: Error) => {
    throw new UnreadableFileError(
      `The file cannot be read: ${error.message}. It may be damaged or too large.`,
    )
  })
  try {
    return JSON.parse(content)
  } catch (error) {
    throw new UnreadableFileError(
      `The file is not JSON (${positionOf(error)}). Only FHIR in JSON is imported.`,
    )
  }
}

async function* readLines(stream: Readable): AsyncGenerator<FileItem> {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  let number = 0
  try {
    for await (const line of lines) {
      number++
      if (line.trim() !== '') yield parseLine(line, `line ${number}`)
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UnreadableFileError(`The file cannot be read to its end: ${reason} (after line ${number}).`)
  }
}

function parseLine(line: string, place: string): FileItem {
  try {
    return toItem(JSON.parse(line), place)
  } catch (error) {
    if (error instanceof UnreadableFileError) return { kind: 'problem', place, reason: error.message }
    return { kind: 'problem', place, reason: `The line is not JSON (${positionOf(error)}).` }
  }
}

function toItem(value: unknown, place: string | undefined): FileItem {
  const type = (value as { resourceType?: unknown } | null)?.resourceType
  if (typeof type !== 'string')
    throw new UnreadableFileError('It has no resourceType, so it is no FHIR resource.')
  if (type === 'Bundle') return { kind: 'bundle', bundle: value as Bundle, place }
  return { kind: 'resource', resource: value as Resource }
}

/** Where the parser stopped, without the text around it, which may be of a record. */
function positionOf(error: unknown): string {
  const [position] = /position \d+|end of JSON input/.exec(error instanceof Error ? error.message : '') ?? []
  return position ?? 'wrong from the start'
}

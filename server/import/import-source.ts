import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { pipeline, type Readable, Transform } from 'node:stream'
import { gunzip } from './gunzip.ts'

/** A file to import, by itself or in an archive. */
export interface ImportSource {
  /** The name in messages: `records.zip/Patient.ndjson` in an archive. */
  name: string
  /** The number of bytes to read, for the progress. */
  bytes: number
  open(): Promise<Readable>
}

/** A file that cannot be read in the format of its name. The part that was read before stays. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError'
}

export function fileSource(path: string, bytes: number): ImportSource {
  return { name: path, bytes, open: async () => createReadStream(path) }
}

/**
 * The content of a source. `onRead` is called with every piece. The first two bytes show gzip (RFC 1952 §2.3.1), not the name.
 */
export async function openSource(
  source: ImportSource,
  onRead: (bytes: number) => void,
): Promise<AsyncIterable<Buffer>> {
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onRead(chunk.length)
      done(null, chunk)
    },
  })
  // A failure of each stream is passed on to the reader of the result.
  const stream = pipeline(await source.open(), counted, () => undefined)
  await once(stream, 'readable')
  const start: Buffer | null = stream.read()
  if (start) stream.unshift(start)
  if (start?.[0] !== 0x1f || start[1] !== 0x8b) return stream
  return gunzip(stream)
}

import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Records } from '#server/records/records.ts'
import { OnpatientError } from '../errors.ts'

export interface ExportOptions {
  practiceId: string
  /** A folder that is empty or does not exist yet. */
  folder: string
  /** Whether to compress the files. */
  gzip?: boolean
  onProgress?(records: number): void
}

export interface ExportOutcome {
  records: number
  /** How many records each file has, e.g. `Patient.ndjson`. */
  files: Record<string, number>
}

interface OpenFile {
  stream: Writable
  written: Promise<void>
  path: string
  count: number
}

/**
 * Writes every record of a practice as NDJSON, one file for each type, as Bulk Data clients and `onpatient import` read it. A file has its name when it is complete; a stop leaves only `.part` files. Throws `invalid-parameter` for a
 * folder that has something in it.
 */
export async function exportRecords(
  { records }: { records: Pick<Records, 'walk'> },
  { practiceId, folder, gzip = false, onProgress }: ExportOptions,
): Promise<ExportOutcome> {
  await prepareFolder(folder)
  const open = new Map<string, OpenFile>()
  const ending = gzip ? 'ndjson.gz' : 'ndjson'
  let total = 0
  for await (const batch of records.walk(practiceId)) {
    for (const { type, content } of batch) {
      const file = open.get(type) ?? openFile(join(folder, `${type}.${ending}.part`), gzip)
      open.set(type, file)
      await append(file, content)
    }
    total += batch.length
    onProgress?.(total)
  }
  const files: Record<string, number> = {}
  for (const [type, file] of [...open].sort(([a], [b]) => (a < b ? -1 : 1))) {
    file.stream.end()
    await file.written
    const name = `${type}.${ending}`
    await rename(file.path, join(folder, name))
    files[name] = file.count
  }
  return { records: total, files }
}

async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const names = await readdir(folder)
  const others = names.filter((name) => !name.endsWith('.part'))
  if (others.length > 0)
    throw new OnpatientError(
      'invalid-parameter',
      `The folder ${folder} is not empty. Name a new one, or empty it, so that old and new files do not mix.`,
      { field: 'folder' },
    )
  for (const name of names) await rm(join(folder, name))
}

function openFile(path: string, gzip: boolean): OpenFile {
  const file = createWriteStream(path, { mode: 0o600 })
  const stream = gzip ? createGzip() : file
  if (stream !== file) stream.pipe(file)
  const written = finished(file)
  // Whoever waits for it hears of a failure; until then it is no unhandled one.
  written.catch(() => undefined)
  return { stream, written, path, count: 0 }
}

async function append(file: OpenFile, content: string): Promise<void> {
  file.count++
  // Waits for the disk, or the records would pile up in memory.
  if (!file.stream.write(`${content}\n`))
    await new Promise<void>((resolve, reject) => {
      file.stream.once('drain', resolve)
      file.written.catch(reject)
    })
}

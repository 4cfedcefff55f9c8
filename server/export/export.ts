import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { createGzip, type Gzip } from 'node:zlib'
import type { Records } from '#server/records/records.ts'
import { OnpatientError } from '../errors.ts'

export interface ExportOptions {
  practiceId: string
  /** A folder that is empty or does not exist yet. */
  folder: string
  onProgress?(records: number): void
}

export interface ExportOutcome {
  records: number
  /** How many records each file has, e.g. `Patient.ndjson.gz`. */
  files: Record<string, number>
}

interface OpenFile {
  gzip: Gzip
  written: Promise<void>
  path: string
  count: number
}

/**
 * Writes every record of a practice as NDJSON, one compressed file for each type, as Bulk Data clients and `onpatient import`
 * read it. A file has its name when it is complete; a stop leaves only `.part` files. Throws `invalid-parameter` for a
 * folder that has something in it.
 */
export async function exportRecords(
  { records }: { records: Pick<Records, 'walk'> },
  { practiceId, folder, onProgress }: ExportOptions,
): Promise<ExportOutcome> {
  await prepareFolder(folder)
  const open = new Map<string, OpenFile>()
  let total = 0
  for await (const batch of records.walk(practiceId)) {
    for (const { type, content } of batch) await append(open, folder, type, content)
    total += batch.length
    onProgress?.(total)
  }
  const files: Record<string, number> = {}
  for (const [type, file] of [...open].sort(([a], [b]) => (a < b ? -1 : 1))) {
    file.gzip.end()
    await file.written
    const name = `${type}.ndjson.gz`
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
      `The folder ${folder} is not empty. Name one that is, so that old and new files do not mix.`,
      { field: 'folder' },
    )
  for (const name of names) await rm(join(folder, name))
}

async function append(
  open: Map<string, OpenFile>,
  folder: string,
  type: string,
  content: string,
): Promise<void> {
  let file = open.get(type)
  if (!file) {
    const path = join(folder, `${type}.ndjson.gz.part`)
    const gzip = createGzip()
    const written = finished(gzip.pipe(createWriteStream(path, { mode: 0o600 })))
    file = { gzip, written, path, count: 0 }
    open.set(type, file)
  }
  file.count++
  // Waits for the disk, or the records would pile up in memory.
  if (!file.gzip.write(`${content}\n`))
    await new Promise<void>((resolve, reject) => {
      file.gzip.once('drain', resolve)
      file.written.catch(reject)
    })
}

import type { Records } from '#server/records/records.ts'
import type { Clock } from '../clock.ts'
import { fileName, nameFiles, openFolder } from './export-folder.ts'
import { type ExportState, saveState } from './export-state.ts'
import { openPartFiles, type PartFiles } from './part-files.ts'

export interface ExportOptions {
  practiceId: string
  /** An empty or new folder, or one with a stopped export of the same practice. */
  folder: string
  /** Whether to compress the files. */
  gzip?: boolean
  onProgress?(records: number): void
}

export interface ExportOutcome {
  records: number
  /** The number of records that a stopped run had written before. */
  kept: number
  /** The number of records in each file, e.g. `Patient.ndjson`. */
  files: Record<string, number>
  /** Whether records were written or deleted since the first run began. Then the files do not show one moment. */
  changedMeanwhile: boolean
}

/** The most batches that are written again after a stop. */
const batchesToState = 10

/**
 * Writes every record of a practice as NDJSON, one file for each type, as Bulk Data clients and `onpatient import` read it. A
 * file gets its name when all are complete. After a stop, a repeated call continues from the last saved state, and the files
 * become the same as without the stop. Throws `invalid-parameter` for a folder with other content.
 */
export async function exportRecords(
  { records, clock }: { records: Pick<Records, 'walk' | 'countKept'>; clock: Clock },
  { practiceId, folder, gzip = false, onProgress }: ExportOptions,
): Promise<ExportOutcome> {
  const state = await openFolder(folder, { practiceId, gzip }, clock.now().getTime())
  const kept = countIn(state)
  if (!state.isWhole) await writeRest(records, { state, folder, onProgress })
  const found = await records.countKept(practiceId, { changedAfter: state.startedAt })
  await nameFiles(folder, state)
  const written = countIn(state)
  return {
    records: written,
    kept,
    files: Object.fromEntries(
      Object.entries(state.files)
        .map(([type, file]): [string, number] => [fileName(type, { gzip }), file.records])
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    changedMeanwhile: found.changed > 0 || found.all !== written,
  }
}

interface Writing {
  state: ExportState
  folder: string
  onProgress: ExportOptions['onProgress']
}

async function writeRest(
  records: Pick<Records, 'walk'>,
  { state, folder, onProgress }: Writing,
): Promise<void> {
  const files = openPartFiles(folder, state)
  try {
    await writeTo(files, records, { state, folder, onProgress })
  } finally {
    await files.close()
  }
}

async function writeTo(
  files: PartFiles,
  records: Pick<Records, 'walk'>,
  { state, folder, onProgress }: Writing,
): Promise<void> {
  let total = countIn(state)
  let batches = 0
  const counts = new Map<string, number>()
  for await (const { records: batch, place } of records.walk(state.practiceId, state.place)) {
    for (const { type, content } of batch) {
      await files.append(type, content)
      counts.set(type, (counts.get(type) ?? 0) + 1)
    }
    total += batch.length
    onProgress?.(total)
    state.place = place
    if (++batches % batchesToState === 0) await keep(files, { state, folder, counts })
  }
  state.isWhole = true
  await keep(files, { state, folder, counts })
}

async function keep(
  files: PartFiles,
  { state, folder, counts }: Pick<Writing, 'state' | 'folder'> & { counts: Map<string, number> },
): Promise<void> {
  for (const [type, bytes] of await files.flush())
    state.files[type] = { bytes, records: (state.files[type]?.records ?? 0) + (counts.get(type) ?? 0) }
  counts.clear()
  await saveState(folder, state)
}

function countIn({ files }: ExportState): number {
  return Object.values(files).reduce((sum, { records }) => sum + records, 0)
}

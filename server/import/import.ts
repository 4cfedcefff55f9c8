import type { Records } from '#server/records/records.ts'
import { importFile, type Round } from './import-file.ts'
import { findFiles } from './import-files.ts'
import type { ImportSource } from './import-source.ts'
import { createPracticeDirectory } from './practice-directory.ts'
import { createTally, type ImportOutcome, type ImportProblem, type ImportRename, inOrder } from './tally.ts'
import type { UnitSet } from './unit-set.ts'
import type { WriteTarget } from './write-batch.ts'
import { createWriteQueue } from './write-queue.ts'

export type { ImportOutcome, ImportProblem, ImportRename } from './tally.ts'

export interface ImportProgress {
  filesDone: number
  filesTotal: number
  records: number
  /** The size of the files on the disk, or unpacked where they come in an archive. */
  bytesDone: number
  bytesTotal: number
}

export interface ImportOptions {
  practiceId: string
  /** Files or folders: `.json`, `.ndjson` and `.jsonl`, each also with `.gz`; and `.zip` of such files. */
  paths: string[]
  onProgress?(progress: ImportProgress): void
  /** Called for everything that is not imported, also when the outcome has no room for it. */
  onProblem?(problem: ImportProblem): void
  /** Called for each record that is kept under another id than its own. */
  onRename?(change: ImportRename): void
}

interface ImportDeps {
  records: Pick<Records, 'prepare' | 'listShared'>
}

/**
 * Imports FHIR R4 Bundles, single resources and NDJSON into a practice. A transaction Bundle is written as a whole or not at all;
 * everything else record by record. A part that cannot be read is reported and does not stop the others. Records keep their ids,
 * so that a repeated import, e.g. after a kill, changes no existing record and adds the missing ones. Files may come in any
 * order. A unit that refers to a missing record is tried again after all files, as long as each round imports something. Throws
 * `invalid-parameter` for a path that does not exist.
 */
export async function importRecords({ records }: ImportDeps, options: ImportOptions): Promise<ImportOutcome> {
  const { practiceId, paths, onProblem, onRename } = options
  const found = await findFiles(paths)
  const writes = createWriteQueue()
  try {
    const files = found.sources.length + found.unreadable.length
    const tally = inOrder(createTally(files, onProblem, onRename), writes)
    for (const problem of found.unreadable) tally.refuse(problem)
    const directory = createPracticeDirectory((type) => records.listShared(practiceId, type), writes)
    await importSources({ records, practiceId, directory, tally, writes }, found.sources, options)
    return tally.outcome
  } finally {
    // After a failure a write may still go on, and needs the database.
    await writes.settled().catch(() => undefined)
    found.close()
  }
}

async function importSources(
  target: WriteTarget,
  sources: ImportSource[],
  { onProgress }: ImportOptions,
): Promise<void> {
  const { writes, tally } = target
  const { outcome } = tally
  const bytesTotal = sources.reduce((sum, { bytes }) => sum + bytes, 0)
  let todo: Todo[] = sources.map((source) => ({ source, wanted: undefined }))
  let waitedBefore = Number.POSITIVE_INFINITY
  let round: Round = { isFirst: true, mayWait: true }
  let bytesBefore = 0
  while (todo.length > 0) {
    const left: Todo[] = []
    for (const [done, each] of todo.entries()) {
      const before = round.isFirst ? bytesBefore : bytesTotal
      const report = (filesLeft: number, bytesRead: number) =>
        onProgress?.({
          filesDone: sources.length - filesLeft,
          filesTotal: sources.length,
          records: outcome.created + outcome.updated + outcome.unchanged,
          // The bytes of units that waited are read again, and do not count twice.
          bytesDone: Math.min(before + bytesRead, bytesTotal),
          bytesTotal,
        })
      const filesLeft = left.length + todo.length - done
      const waiting = await importFile(target, { ...each, round }, (bytes) => report(filesLeft, bytes))
      bytesBefore += each.source.bytes
      if (waiting.size > 0) left.push({ source: each.source, wanted: waiting })
      else writes.afterwards(() => report(filesLeft - 1, each.source.bytes))
    }
    await writes.settled()
    const waits = left.reduce((sum, { wanted }) => sum + (wanted?.size ?? 0), 0)
    // After a round without progress the next is the last. It reports the missing target of each unit.
    round = { isFirst: false, mayWait: waits < waitedBefore }
    waitedBefore = waits
    todo = left
  }
}

/** The units of a file that are left. */
interface Todo {
  source: ImportSource
  wanted: UnitSet | undefined
}

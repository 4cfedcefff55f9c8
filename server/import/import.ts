import type { Records } from '#server/records/records.ts'
import { importFile, type Round } from './import-file.ts'
import { findFiles } from './import-files.ts'
import { createPracticeDirectory } from './practice-directory.ts'
import { createTally, type ImportOutcome } from './tally.ts'
import type { UnitSet } from './unit-set.ts'

export type { ImportOutcome } from './tally.ts'

export interface ImportProgress {
  filesDone: number
  filesTotal: number
  records: number
}

export interface ImportOptions {
  practiceId: string
  /** Files or folders: `.json`, `.ndjson` and `.jsonl`, each also with `.gz`. */
  paths: string[]
  onProgress?(progress: ImportProgress): void
}

interface ImportDeps {
  records: Pick<Records, 'write' | 'listShared'>
}

/**
 * Imports FHIR R4 Bundles, single resources and NDJSON into a practice. A transaction Bundle is written as a whole or
 * not at all; everything else record by record. What cannot be read is told and does not stop the others. Records
 * keep their ids, so that the same import again, e.g. after a kill, changes nothing that is there and adds what is
 * missing. Files may come in any order: what refers to a record that is not there yet is tried again after all files,
 * as long as that gets further. Throws `invalid-parameter` for a path that does not exist.
 */
export async function importRecords({ records }: ImportDeps, options: ImportOptions): Promise<ImportOutcome> {
  const { practiceId, paths, onProgress } = options
  const files = await findFiles(paths)
  const tally = createTally(files.length)
  const directory = createPracticeDirectory((type) => records.listShared(practiceId, type))
  const target = { records, practiceId, directory, tally }
  const report = (filesLeft: number) =>
    onProgress?.({
      filesDone: files.length - filesLeft,
      filesTotal: files.length,
      records: tally.outcome.created + tally.outcome.updated + tally.outcome.unchanged,
    })

  let todo: Todo[] = files.map((file) => ({ file, wanted: undefined }))
  let waitedBefore = Number.POSITIVE_INFINITY
  let round: Round = { isFirst: true, mayWait: true }
  while (todo.length > 0) {
    const left: Todo[] = []
    for (const [done, each] of todo.entries()) {
      const filesLeft = left.length + todo.length - done
      const waiting = await importFile(target, { ...each, round }, () => report(filesLeft))
      if (waiting.size > 0) left.push({ file: each.file, wanted: waiting })
      else report(filesLeft - 1)
    }
    const waits = left.reduce((sum, { wanted }) => sum + (wanted?.size ?? 0), 0)
    // When a round got nobody further, the next is the last, and tells what each has waited for.
    round = { isFirst: false, mayWait: waits < waitedBefore }
    waitedBefore = waits
    todo = left
  }
  return tally.outcome
}

/** What is left of a file. */
interface Todo {
  file: string
  wanted: UnitSet | undefined
}

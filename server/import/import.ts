import type { Resource } from 'fhir/r4'
import type { Records, WriteOutcome } from '#server/records/records.ts'
import { prepareBundle } from './bundle.ts'
import { createIdentifierIndex, type IdentifierIndex } from './identifier-index.ts'
import { findFiles } from './import-files.ts'
import { type FileItem, readItems, UnreadableFileError } from './read-items.ts'

/** Something that was not imported: which file, where in it, and why. */
export interface ImportProblem {
  file: string
  /** `Patient/123`, `line 7`, `entry 3`; absent when the file as a whole could not be read. */
  place?: string
  reason: string
}

export interface ImportProgress {
  filesDone: number
  filesTotal: number
  records: number
}

export interface ImportOutcome {
  files: number
  created: number
  updated: number
  unchanged: number
  rejected: number
  /** The first of them, so that a broken file of a million lines stays readable. */
  problems: ImportProblem[]
}

interface ImportDeps {
  records: Pick<Records, 'write' | 'listShared'>
}

export interface ImportOptions {
  practiceId: string
  /** Files or folders: `.json`, `.ndjson` and `.jsonl`, each also with `.gz`. */
  paths: string[]
  onProgress?(progress: ImportProgress): void
}

/** Records of NDJSON that are written in one transaction. */
const batchSize = 500
const shownProblems = 100

/**
 * Imports FHIR R4 Bundles, single resources and NDJSON into a practice. A transaction Bundle is written as a whole or
 * not at all (FHIR R4 http.html#transaction); everything else record by record. A file or record that cannot be read is told
 * and does not stop the others. Records keep their ids, so that the same import again, e.g. after a kill, changes nothing
 * that is there and adds what is missing. Throws `invalid-parameter` for a path that does not exist.
 */
export async function importRecords({ records }: ImportDeps, options: ImportOptions): Promise<ImportOutcome> {
  const files = await findFiles(options.paths)
  const outcome: ImportOutcome = {
    files: files.length,
    created: 0,
    updated: 0,
    unchanged: 0,
    rejected: 0,
    problems: [],
  }
  const index = createIdentifierIndex((type) => records.listShared(options.practiceId, type))
  const target = { records, practiceId: options.practiceId, index, outcome }
  for (const [done, file] of files.entries()) {
    const report = (filesDone: number) =>
      options.onProgress?.({ filesDone, filesTotal: files.length, records: countOf(outcome) })
    await importFile(target, file, () => report(done))
    report(done + 1)
  }
  return outcome
}

interface Target extends ImportDeps {
  practiceId: string
  index: IdentifierIndex
  outcome: ImportOutcome
}

async function importFile(target: Target, file: string, onWritten: () => void): Promise<void> {
  let waiting: Resource[] = []
  const flush = async () => {
    const batch = waiting
    waiting = []
    await write(target, file, batch, 'each')
    onWritten()
  }
  try {
    for await (const item of readItems(file)) {
      if (item.kind === 'bundle') {
        await flush()
        await importBundle(target, file, item)
      } else if (item.kind === 'resource') waiting.push(item.resource)
      else note(target.outcome, { file, place: item.place, reason: item.reason })
      if (waiting.length >= batchSize) await flush()
    }
  } catch (error) {
    if (!(error instanceof UnreadableFileError)) throw error
    note(target.outcome, { file, reason: error.message })
  }
  await flush()
}

async function importBundle(
  target: Target,
  file: string,
  { bundle, place }: FileItem & { kind: 'bundle' },
): Promise<void> {
  const { resources, problems } = await prepareBundle(bundle, target.index)
  const where = (inner: string) => (place === undefined ? inner : `${place}, ${inner}`)
  for (const problem of problems)
    note(target.outcome, { file, place: where(problem.place), reason: problem.reason })
  if (bundle.type !== 'transaction') return write(target, file, resources, 'each')
  if (problems.length === 0) return write(target, file, resources, 'all-or-nothing')
  if (resources.length > 0)
    note(target.outcome, { file, reason: nothingOf(resources.length) }, resources.length)
}

/** One transaction of the store. */
async function write(
  { records, practiceId, index, outcome }: Target,
  file: string,
  resources: Resource[],
  mode: 'each' | 'all-or-nothing',
): Promise<void> {
  if (resources.length === 0) return
  const batch = resources.map((resource) => ({ practiceId, resource }))
  const written = await records.write(batch, { mode })
  for (const { reference, reason } of written.rejected) note(outcome, { file, place: reference, reason })
  const count = countOf(written)
  if (mode === 'all-or-nothing' && written.rejected.length > 0) {
    const others = resources.length - written.rejected.length
    if (others > 0) note(outcome, { file, reason: nothingOf(others) }, others)
  }
  outcome.created += written.created
  outcome.updated += written.updated
  outcome.unchanged += written.unchanged
  if (count > 0) for (const resource of resources) index.add(resource)
}

function nothingOf(count: number): string {
  return `It is a transaction, which is imported as a whole or not at all: its ${count} other records were left out too.`
}

function note(outcome: ImportOutcome, problem: ImportProblem, records = 1): void {
  outcome.rejected += records
  if (outcome.problems.length < shownProblems) outcome.problems.push(problem)
}

function countOf({
  created,
  updated,
  unchanged,
}: Pick<WriteOutcome, 'created' | 'updated' | 'unchanged'>): number {
  return created + updated + unchanged
}

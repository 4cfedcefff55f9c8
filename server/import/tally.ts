import type { WriteOutcome } from '#server/records/records.ts'
import type { WriteQueue } from './write-queue.ts'

/** Something that was not imported: the file, the place and the reason. */
export interface ImportProblem {
  file: string
  /** `line 7`, `entry 3`, `line 7, entry 3`; absent when it is about the file as a whole. */
  place?: string | undefined
  /** `Patient/123`, where there is one. */
  reference?: string | undefined
  reason: string
}

/** A record that is kept under another id, because another practice has its id. */
export interface ImportRename {
  file: string
  place?: string | undefined
  /** `Patient/123`, as it came. */
  reference: string
  /** `Patient/…`, as it is kept. */
  keptAs: string
}

/** The numbers of records, and the first problems. */
export interface ImportOutcome {
  files: number
  created: number
  updated: number
  unchanged: number
  /** Records, lines or files that were not imported. */
  rejected: number
  /** Records that are kept under another id than their own. */
  renamed: number
  problems: ImportProblem[]
}

export interface Tally {
  readonly outcome: ImportOutcome
  countWritten(written: Omit<WriteOutcome, 'rejected' | 'renamed'>): void
  rename(change: ImportRename): void
  /** `records`: the number of records with this problem. */
  refuse(problem: ImportProblem, records?: number): void
}

/** The most problems in the outcome, so that the outcome of a broken file of a million lines stays readable. */
const toldProblems = 100

/** A tally in the order of the files, although one unit is still written while the next is read. */
export function inOrder(tally: Tally, writes: Pick<WriteQueue, 'afterwards'>): Tally {
  return {
    ...tally,
    refuse: (problem, records) => writes.afterwards(() => tally.refuse(problem, records)),
  }
}

export function createTally(
  files: number,
  onProblem: (problem: ImportProblem) => void = () => undefined,
  onRename: (change: ImportRename) => void = () => undefined,
): Tally {
  const counts = { created: 0, updated: 0, unchanged: 0, rejected: 0, renamed: 0 }
  const outcome: ImportOutcome = { files, ...counts, problems: [] }
  return {
    outcome,
    countWritten({ created, updated, unchanged }) {
      outcome.created += created
      outcome.updated += updated
      outcome.unchanged += unchanged
    },
    rename(change) {
      outcome.renamed += 1
      onRename(change)
    },
    refuse(problem, records = 1) {
      outcome.rejected += records
      onProblem(problem)
      if (outcome.problems.length < toldProblems) outcome.problems.push(problem)
    },
  }
}

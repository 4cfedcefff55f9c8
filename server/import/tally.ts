import type { WriteOutcome } from '#server/records/records.ts'
import type { WriteQueue } from './write-queue.ts'

/** Something that was not imported: which file, where in it, and why. */
export interface ImportProblem {
  file: string
  /** `line 7`, `entry 3`, `line 7, entry 3`; absent when it is about the file as a whole. */
  place?: string | undefined
  /** `Patient/123`, where there is one. */
  reference?: string | undefined
  reason: string
}

/** A record that is kept under another id, because another practice has the one that it came with. */
export interface ImportRename {
  file: string
  place?: string | undefined
  /** `Patient/123`, as it came. */
  reference: string
  /** `Patient/…`, as it is kept. */
  keptAs: string
}

/** How many records, and of those that were not imported the first. */
export interface ImportOutcome {
  files: number
  created: number
  updated: number
  unchanged: number
  /** Records, lines or files that were not imported. */
  rejected: number
  /** Records that are kept under another id than they came with. */
  renamed: number
  problems: ImportProblem[]
}

export interface Tally {
  readonly outcome: ImportOutcome
  countWritten(written: Omit<WriteOutcome, 'rejected' | 'renamed'>): void
  rename(change: ImportRename): void
  /** `records`: how many were left out for this reason. */
  refuse(problem: ImportProblem, records?: number): void
}

/** So many problems are told, so that a broken file of a million lines stays readable. */
const toldProblems = 100

/** A tally that keeps the order of what is read, although a write still goes on while more is read. */
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

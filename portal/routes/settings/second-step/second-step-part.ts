import type { Factors } from '#server/portal-api/answers.ts'

/** What each part of the second step gets. */
export interface SecondStepPart {
  factors: Factors
  /** Goes on when the person was proven lately; else they confirm who they are first. */
  start(change: () => void): void
  onCodes(codes: string[] | null): void
}

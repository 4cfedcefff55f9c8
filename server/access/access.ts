import {
  type Association,
  type Practices,
  type ReachingSignIn,
  reachesPanel,
} from '#server/practices/practices.ts'
import type { Confinement, RecordReads } from '#server/records/records.ts'
import { claimWork } from '../request-work.ts'
import { createReader, readerOfGrant } from './grant-reader.ts'
import type { PresentedToken, TokenDoor } from './presented-token.ts'
import type { RecordReader } from './record-reader.ts'
import { noRestriction } from './scope-rules.ts'

export type {
  CurrentRecord,
  FoundRecord,
  ListQuery,
  PageKey,
  SearchKey,
  VersionKey,
  VersionRow,
  Written,
} from '#server/records/records.ts'
export { type EncounterLine, findEncounter, listLatestEncounters } from './encounters.ts'
export { findPatientLine, findPatients, type PatientLine, type PatientQuestion } from './find-patients.ts'
export { mostIncluded } from './include-records.ts'
export {
  createTokenDoor,
  findProofKeyFault,
  type PresentedToken,
  proofAlgorithms,
  type TokenDoor,
} from './presented-token.ts'
export type { RecordReader } from './record-reader.ts'
export {
  createWriteAccess,
  type RecordWriter,
  type WriteAccess,
  type WriteTransaction,
} from './write-access.ts'

/**
 * The one place that decides what may be read. An API gets a reader that cannot name another patient.
 */
export interface Access {
  /** For applications. Throws like `TokenDoor.open`. */
  open(presented: PresentedToken | undefined): Promise<RecordReader>
  /** As `TokenDoor.countMore`. */
  countMore: TokenDoor['countMore']
  /**
   * For the signed-in person's own portal: every type, confined to the associations that the sign-in reaches. With
   * `practiceId` to the panel of that one practice, and to nothing unless the account is its provider or staff; with
   * `associationId` to what this one opens, and to nothing unless the sign-in reaches it.
   */
  openForAccount(
    signIn: ReachingSignIn,
    only?: { practiceId: string } | { associationId: string },
  ): Promise<RecordReader>
}

interface AccessDeps {
  tokens: TokenDoor
  records: RecordReads
  practices: Pick<Practices, 'listReachable'>
}

export function createAccess({ tokens, records, practices }: AccessDeps): Access {
  return {
    async open(presented) {
      return readerOfGrant(records, await tokens.open(presented))
    },
    countMore: tokens.countMore,
    async openForAccount(signIn, only) {
      claimWork(signIn.accountId)
      const associations = await practices.listReachable(signIn)
      return createReader(records, confinementOf(associations, only), noRestriction)
    },
  }
}

function coverage(associations: Association[]): Confinement {
  return {
    patientIds: unique(associations.flatMap((each) => (reachesPanel(each) ? [] : (each.patientId ?? [])))),
    practiceIds: unique(associations.flatMap((each) => (reachesPanel(each) ? [each.practice.id] : []))),
  }
}

function confinementOf(
  associations: Association[],
  only: { practiceId: string } | { associationId: string } | undefined,
): Confinement {
  if (only === undefined) return coverage(associations)
  if ('practiceId' in only) return panelOf(associations, only.practiceId)
  return coverage(associations.filter(({ id }) => id === only.associationId))
}

function panelOf(associations: Association[], practiceId: string): Confinement {
  const { practiceIds } = coverage(associations)
  return { patientIds: [], practiceIds: practiceIds.filter((id) => id === practiceId) }
}

function unique(ids: string[]): string[] {
  return [...new Set(ids)]
}

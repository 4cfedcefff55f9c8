import type { ContextReference } from '#server/grants/grants.ts'
import type { Association } from '#server/practices/practices.ts'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'

/** What a menu shows of an application. */
export interface LaunchableApplication {
  id: string
  name: string
  ownerName: string
  launchUri: string
}

/** Why a launch id is worth nothing. That it belongs to another application is not told: it is unknown to this one. */
export type LaunchFault = 'unknown' | 'expired' | 'used'

/** What an application is opened with. */
export interface LaunchContext {
  associationId: string
  patientId: string
  encounterId?: string | undefined
  intent?: string | undefined
  fhirContext?: readonly ContextReference[] | undefined
}

/** A launch of one account into one application, as long as it has not been used. */
export interface Launch extends LaunchContext {
  accountId: string
  applicationId: string
}

/**
 * Applications that people open from the portal. What may be put into a context (that the account reaches the patient, that
 * the encounter is the patient's) is checked by the caller, and again when the launch is redeemed.
 */
export interface Launches {
  /** Applications with a launch URL that an account may open in the context of one of its associations, by name. */
  listApplications(association: Association): Promise<LaunchableApplication[]>
  /**
   * The address to open: the application's launch URL with `iss` and a launch id, which works once, for five minutes, for this
   * account and this application. Throws `not-found` when the account may not open it.
   */
  start(association: Association, applicationId: string, context: LaunchContext): Promise<string>
  /**
   * What a launch id of an application is worth now, by its hash: the request that brought it is stored, the id itself
   * never. To the authorization request that already brought it, `request`, it is worth it for as long as that one lives.
   */
  find(launchHash: string, applicationId: string, request?: string): Promise<Launch | LaunchFault>
  /**
   * Uses a launch id up: of all requests that bring it one wins, which `request` names and which may be answered again.
   * Undefined when it was not the account's or the application's, or is used.
   */
  redeem(
    launchHash: string,
    by: { accountId: string; applicationId: string; request: string },
  ): Promise<Launch | undefined>
  /** Deletes launches that ended a day ago; until then a late one is told what was wrong. */
  sweep(): Promise<void>
}

export interface LaunchesDeps {
  limits: Pick<Limits, 'openLaunches'>
  db: Db
  clock: Clock
  random: Random
  /** The FHIR server that applications are told to read from (`iss`). */
  fhirBase: string
}

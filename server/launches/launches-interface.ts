import type { ContextReference } from '#server/grants/grants.ts'
import type { Association } from '#server/practices/practices.ts'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'

/** The part of an application that a menu shows. */
export interface LaunchableApplication {
  id: string
  name: string
  ownerName: string
  launchUri: string
}

/** One page of a menu, and the id after which the next page begins; undefined on the last page. */
export interface LaunchablePage {
  applications: LaunchableApplication[]
  next: string | undefined
}

/** Why a launch id is worth nothing. The id of another application is 'unknown', so that it does not show whose it is. */
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
 * Applications that people open from the portal. The caller checks the context (the account reaches the patient, the encounter is the
 * patient's), and it is checked again when the launch is redeemed.
 */
export interface Launches {
  /** Applications with a launch URL that an account may open in the context of one of its associations, by name, 100 at a time. */
  listApplications(association: Association, after?: string): Promise<LaunchablePage>
  /**
   * The address to open: the application's launch URL with `iss` and a launch id, which works once, for five minutes, for this
   * account and this application. Throws `not-found` when the account may not open it.
   */
  start(association: Association, applicationId: string, context: LaunchContext): Promise<string>
  /**
   * What a launch id of an application is worth now. It is looked up by its hash, because the id itself is never stored. `request` is the
   * authorization request that already brought the id; for that request the id counts as long as the request lives.
   */
  find(launchHash: string, applicationId: string, request?: string): Promise<Launch | LaunchFault>
  /**
   * Uses a launch id up. One of all requests that bring the id wins; `request` names it, and it may be answered again. Undefined when the
   * id is not of this account and application, or is used.
   */
  redeem(
    launchHash: string,
    by: { accountId: string; applicationId: string; request: string },
  ): Promise<Launch | undefined>
  /** Deletes launches that ended a day ago. Until then a late request gets a reason. */
  sweep(): Promise<void>
}

export interface LaunchesDeps {
  limits: Pick<Limits, 'openLaunches'>
  db: Db
  clock: Clock
  random: Random
  /** The FHIR server from which applications read (`iss`). */
  fhirBase: string
}

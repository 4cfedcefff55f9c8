/**
 * What the portal's API answers. The handlers return these types, and the portal takes them from here. A time is a `Date` in the
 * server and ISO 8601 text in the browser, so types with times have it as a parameter.
 */

import type { Language } from '#words/languages.ts'

export interface Account {
  id: string
  email: string
  displayName: string
  /** Another account has the same address, from before addresses had one form. */
  isAddressShared: boolean
  /** What the person chose; null for the language of the browser. */
  language: Language | null
}

export interface Practice {
  id: string
  name: string
  kind: 'practice' | 'sandbox'
}

/** The part of a patient that lists show. */
export interface PatientSummary {
  id: string
  name: string
  birthDate: string | null
  gender: string | null
}

/** What an account is to a practice. */
export interface Association {
  id: string
  role: 'patient' | 'proxy' | 'provider' | 'staff'
  relationship: string
  practice: Practice & { requiresSecondStep: boolean }
  patient: PatientSummary | null
}

export interface OwnAssociation extends Association {
  /** The record that is the person's own; one of all associations at most. */
  isOwn: boolean
  /** The practice opens its panel only after a second step, which this sign-in had not. */
  needsSecondStep: boolean
}

export interface Urls {
  portal: string
  fhirClassic: string
  authorize: string
  token: string
  tutorial: string
  documentation: string
}

export interface Me<Moment = string> {
  account: Account
  csrfToken: string
  signInId: string
  associations: OwnAssociation[]
  /** Accepted with another address than the invited one; the practice has not confirmed yet. */
  waitingInvitations: Array<{ practice: string; claimedAt: Moment }>
  hasMoreWaitingInvitations: boolean
  /** Who may open a practice or a sandbox. */
  signUp: Record<'practice' | 'developer', 'open' | 'invitation' | 'closed'>
  urls: Urls
  isProduction: boolean
}

/** What closing the own account would mean. */
export interface Closing {
  /** Practices that would lose their only provider: the account has to stay. */
  staying: Practice[]
  /** Sandboxes, and practices without patients, that close with it. */
  closing: Practice[]
  /** How many applications of the account are deleted. */
  applications: number
}

export interface SignIn<Moment = string> {
  id: string
  createdAt: Moment
  lastSeenAt: Moment
  expiresAt: Moment
  userAgent: string
  /** The network address that it was started from. */
  address: string | null
  isCurrent: boolean
}

export interface Passkey<Moment = string> {
  id: string
  name: string
  createdAt: Moment
  lastUsedAt?: Moment | undefined
}

export interface Factors<Moment = string> {
  authenticatorApp: { createdAt: Moment; lastUsedAt?: Moment | undefined } | null
  passkeys: Passkey<Moment>[]
  /** Null when there never were any. */
  recoveryCodesLeft: number | null
  /** Whether changes are possible at once; else the person has to confirm who they are. */
  isProven: boolean
  isTwoStep: boolean
}

export interface AppSecret {
  text: string
  /** What an authenticator app reads from the QR code. */
  uri: string
}

/** Shown once, after the first factor or when they are made anew. */
export interface NewCodes {
  recoveryCodes: string[] | null
}

/** What the account once allowed an app. */
export interface Grant<Moment = string> {
  id: string
  scopes: string[]
  createdAt: Moment
  expiresAt: Moment | null
  lastUsedAt: Moment | null
  associations: Association[]
  /** Of an access that is about one patient. The patient is null when the grant does not reach them any more. */
  subject?: { patient: PatientSummary | null; reachesPanel: boolean } | undefined
}

/** An app that the account has connected, once or several times. */
export interface ConnectedApp<Moment = string> {
  application: { id: string; name: string; owner: string }
  /** How often; `grants` has the newest hundred. */
  count: number
  connectedAt: Moment
  expiresAt: Moment | null
  lastUsedAt: Moment | null
  grants: Grant<Moment>[]
}

/** An access that ended by itself, because what an app keeps to renew it came twice. */
export interface EndedByReuse<Moment = string> {
  id: string
  endedAt: Moment
  application: { id: string; name: string }
}

export interface ConnectedApps<Moment = string> {
  apps: ConnectedApp<Moment>[]
  endedByReuse: EndedByReuse<Moment>[]
  /** Whether more ended than the newest that `endedByReuse` has. */
  hasMoreEndedByReuse: boolean
  next: number | null
}

export interface Warning {
  field: string
  message: string
}

export interface Application<Moment = string> {
  /** Also the client id. */
  id: string
  name: string
  kind: 'confidential' | 'public'
  redirectUris: string[]
  postLogoutRedirectUris: string[]
  scopes: string[]
  logoUri: string | null
  policyUri: string | null
  tosUri: string | null
  /** Where the portal opens it for a patient. */
  launchUri: string | null
  legacyUrlParameters: boolean
  /** How it proves who it is. */
  authentication: 'secret' | 'key' | 'none'
  /** Its public keys: the set itself, or where it is published. */
  jwks: unknown
  jwksUri: string | null
  /** Every request must say for which server the token is meant. */
  requiresAudience: boolean
  requiresPar: boolean
  requiresDpop: boolean
  /** What its developer has to know about it. */
  warnings: Warning[]
  createdAt: Moment
  updatedAt: Moment
  secrets: Array<{ id: string; createdAt: Moment; expiresAt: Moment | null }>
}

export interface ApplicationPage<Moment = string> {
  applications: Application<Moment>[]
  count: number
  next: number | null
}

export interface SavedApplication<Moment = string> {
  application: Application<Moment>
  warnings: Warning[]
}

/** The secret is in the answer that made it, and never again. */
export interface NewSecret<Moment = string> extends SavedApplication<Moment> {
  secret: string | null
}

interface OfApplication {
  id: string
  application: { id: string; name: string }
  practice: { id: string; name: string }
  scopes: string[]
}

/** A developer asks the practice to let a service in. */
export interface ServiceRequest<Moment = string> extends OfApplication {
  requestedBy: string
  requestedAt: Moment
}

/** A service that the practice let in. */
export interface ApprovedService<Moment = string> extends OfApplication {
  approvedBy: string
  approvedAt: Moment
  lastUsedAt: Moment | null
}

/** One thing that an approved service would change. */
export interface FieldChange {
  field: 'name' | 'logo' | 'keys' | 'scopes'
  from: string
  to: string
}

/** An approved service would be another one; it stays as it was until the practice agrees. */
export interface ServiceChange<Moment = string> {
  id: string
  application: { id: string; name: string }
  requestedAt: Moment
  changes: FieldChange[]
  /** This practice has agreed; others have not. */
  isAgreed: boolean
}

/** Where lists go on; a list that has ended has none. */
export type Cursors = Partial<Record<'approvals' | 'requests' | 'changes', string>>

export interface BackendServicesPage<Moment = string> {
  approvals: ApprovedService<Moment>[]
  changes: ServiceChange<Moment>[]
  requests: ServiceRequest<Moment>[]
  next: Cursors | null
}

/** What the developer of a service asked for, and the practices that have not agreed yet. */
export interface WaitingChange<Moment = string> {
  requestedAt: Moment
  changes: FieldChange[]
  waitsFor: string[]
  waitsForMore: boolean
}

export interface ApprovalsOfApplication<Moment = string> {
  approvals: ApprovedService<Moment>[]
  requests: ServiceRequest<Moment>[]
  change: WaitingChange<Moment> | null
  next: Cursors | null
}

/** An application that can be opened from here. */
export interface LaunchableApplication {
  id: string
  name: string
  owner: string
}

/** A visit that it can be opened for. */
export interface Encounter {
  id: string
  title: string
  start: string | null
}

export interface LaunchChoices {
  applications: LaunchableApplication[]
  /** The newest visits. */
  encounters: Encounter[]
  hasMoreEncounters: boolean
  next: string | null
}

/** What a practice publishes of itself. */
export interface PracticeBrand {
  isListed: boolean
  name: string
  aliases: string[]
  npi: string | null
  website: string | null
  logoUri: string | null
  description: string | null
  phone: string | null
  addressLine: string | null
  city: string | null
  state: string | null
  postalCode: string | null
}

export interface PatientPage {
  count: number
  patients: PatientSummary[]
  next: string | null
}

/** Somebody who has access to records of a practice. */
export interface PersonWithAccess<Moment = string> {
  associationId: string
  displayName: string
  email: string
  role: Association['role']
  relationship: string
  createdAt: Moment
  patient: PatientSummary | null
  isSelf: boolean
  hasSecondStep: boolean
}

export interface PeoplePage<Moment = string> {
  people: PersonWithAccess<Moment>[]
  next: string | null
}

export interface Invitation<Moment = string> {
  id: string
  email: string
  role: 'patient' | 'proxy'
  relationship: string
  createdAt: Moment
  expiresAt: Moment
  patient: PatientSummary | null
  /** Whether its mail has reached the mail server: on its way, not taken yet, or given up. */
  mail: 'sent' | 'waiting' | 'delayed' | 'failed'
  /** An account of another address accepted it: the practice says whether it is the invited person. */
  claim: { displayName: string; email: string; claimedAt: Moment } | null
}

export interface InvitationPage<Moment = string> {
  invitations: Invitation<Moment>[]
  next: string | null
}

export interface SentInvitation<Moment = string> {
  invitation: Invitation<Moment>
  isInOutbox: boolean
}

/** A person who is near the patient, as the record says. */
export interface RelatedPerson {
  id: string
  name: string
  relationship: string
}

export interface RelatedPeople {
  relatedPeople: RelatedPerson[]
  hasMore: boolean
}

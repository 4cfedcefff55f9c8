import { asksToRefresh, rowsOfKind } from '#fhir/scope/context-scopes.ts'
import { listRecordTypes, type RecordTypeTable, recordTypes } from '#fhir/scope/record-types.ts'
import { labelOfPart, labelOfType } from '#fhir/scope/record-words.ts'
import {
  type ClinicalScope,
  type FilterPart,
  filterText,
  type Interaction,
  narrowToTypes,
  parseClinicalScope,
  reads,
  splitByWriting,
} from '#fhir/scope/scope.ts'
import { chooseOwnLink } from '#server/grants/grants.ts'
import { type Association, reachesPanel } from '#server/practices/practices.ts'
import type { RequestSubject } from './request-subject.ts'

/** The durations of an access from which the person chooses. Without seconds it lasts until they end it. */
export const durations = [
  { value: 'until-ended', label: 'Until I end it', seconds: undefined },
  { value: '13-months', label: '13 months', seconds: 396 * 24 * 3600 },
  { value: 'month', label: '30 days', seconds: 30 * 24 * 3600 },
  { value: 'once', label: 'Once, for two days at most', seconds: 48 * 3600 },
] as const

/** The decision of the person on the consent page. */
export interface ConsentChoice {
  scopes: string[]
  associationIds: string[]
  /** Whether `user` scopes reach the whole panel when the application works on one patient. */
  reachesPanel: boolean
  lifetimeSeconds: number | undefined
}

/** The fault of a form that allows nothing. */
export type ConsentFault =
  | 'no-kind'
  | 'no-person'
  | 'several-persons'
  | 'no-patient'
  | 'no-visit'
  | 'no-duration'
  | 'no-panel'

/** The form as the person filled it in. */
export interface Answers {
  kinds: ReadonlySet<string>
  /** Types, or `*`, that the application may change. */
  changes: ReadonlySet<string>
  persons: ReadonlySet<string>
  duration: string | undefined
  reachesPanel: boolean
  /** Undefined for no particular visit. */
  encounterId: string | undefined
}

export function readAnswers(form: Record<string, unknown>): Answers {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
  return {
    kinds: new Set(listOf(form.kind)),
    changes: new Set(listOf(form.change)),
    persons: new Set(listOf(form.person)),
    duration: text(form.duration),
    reachesPanel: form.panel === 'all',
    encounterId: text(form.encounter),
  }
}

/**
 * Whether the application works on one patient, whom the token answer names (SMART App Launch 2.2, requesting launch context). Then the person
 * chooses a patient. A visit belongs to one patient, too.
 */
export function wantsOnePatient(scopes: readonly string[]): boolean {
  return rowsOfKind('launch', scopes).some(({ row }) => row.choice !== undefined)
}

/** Whether the application wants the token answer to name a visit of that patient. */
export function wantsVisit(scopes: readonly string[]): boolean {
  return rowsOfKind('launch', scopes).some(({ row }) => row.choice === 'encounter')
}

/** Whether the application asks for records of more than one patient that the person may see. */
export function wantsPanel(scopes: readonly string[]): boolean {
  return scopes.some((text) => parseClinicalScope(text)?.context === 'user')
}

/** The decision of the person on the page that asks for sign-in alone. */
export function readSignInChoice(
  form: Record<string, unknown>,
  requestedScopes: readonly string[],
  associations: readonly Association[],
): ConsentChoice | ConsentFault {
  const duration = findDuration(readAnswers(form))
  if (!duration) return 'no-duration'
  // The link says who the person is in the records. It opens nothing else.
  const link = requestedScopes.includes('fhirUser') ? chooseOwnLink(associations) : undefined
  const scopes = withinDuration(requestedScopes, duration)
  return {
    // A scope that cannot be fulfilled is left out of the granted scopes.
    scopes: link ? scopes : scopes.filter((scope) => scope !== 'fhirUser'),
    associationIds: link ? [link.id] : [],
    reachesPanel: false,
    lifetimeSeconds: duration.seconds,
  }
}

/** A line of the consent page: a type of record, or a part of a type when no scope asks for the whole. */
export interface ConsentItem {
  /** `Type`, or `Type?filter`. */
  value: string
  label: string
}

/** The types and parts that the requested scopes open, in the order of the consent page. */
export function itemsOf(scopes: readonly string[], table: RecordTypeTable = recordTypes): ConsentItem[] {
  const clinical = clinicalScopes(scopes).filter(reads)
  return typesOf(clinical, table).flatMap((type) => {
    const own = clinical.filter((scope) => scope.type === type)
    if (isWhole(clinical, type)) return [{ value: type, label: labelOfType(type, table) }]
    const parts = own.map(({ filter = [] }) => ({
      value: partOf(type, filter),
      label: labelOfPart(type, filter, table),
    }))
    return parts.filter(({ value }, index) => parts.findIndex((part) => part.value === value) === index)
  })
}

/** A line of the consent page about changes. */
export interface ChangeItem extends ConsentItem {
  /** `c`, `u`, `d`. */
  interactions: ReadonlySet<Interaction>
}

/**
 * The changes for which the requested scopes ask, by type or as `*`. Only a person who works at a practice can allow them: in the records of
 * the practice, with its whole panel.
 */
export function changesOf(scopes: readonly string[], associations: readonly Association[]): ChangeItem[] {
  if (!associations.some(reachesPanel)) return []
  const changes = new Map<string, Set<Interaction>>()
  for (const scope of clinicalScopes(scopes)) {
    const { writing } = splitByWriting(scope)
    if (scope.context !== 'user' || !writing) continue
    const known = changes.get(scope.type) ?? new Set()
    changes.set(scope.type, new Set([...known, ...writing.interactions]))
  }
  return [...changes].map(([type, interactions]) => ({
    value: type,
    label: type === '*' ? 'Everything in the record' : labelOfType(type),
    interactions,
  }))
}

function isWhole(clinical: readonly ClinicalScope[], type: string): boolean {
  return clinical.some((scope) => (scope.type === '*' || scope.type === type) && scope.filter === undefined)
}

function partOf(type: string, filter: readonly FilterPart[]): string {
  return `${type}?${filterText(filter)}`
}

function typesOf(clinical: readonly ClinicalScope[], table: RecordTypeTable): string[] {
  const named = clinical.filter((scope) => scope.type !== '*').map((scope) => scope.type)
  const order = listRecordTypes(table)
  const all = clinical.some((scope) => scope.type === '*') ? order : []
  return [...new Set([...all, ...named])].sort((a, b) => rank(order, a) - rank(order, b))
}

function rank(order: string[], type: string): number {
  const index = order.indexOf(type)
  return index === -1 ? order.length : index
}

/**
 * Narrows the requested scopes to the ticked kinds and the associations to the ticked persons. A form can only take away: it cannot add to the
 * request.
 */
export function readConsentChoice(
  form: Record<string, unknown>,
  requestedScopes: readonly string[],
  associations: readonly Association[],
  subject?: Pick<RequestSubject, 'association' | 'encounter'> | undefined,
): ConsentChoice | ConsentFault {
  const answers = readAnswers(form)
  const offered = itemsOf(requestedScopes).map(({ value }) => value)
  const ticked = new Set(offered.filter((value) => answers.kinds.has(value)))
  const chosen = subject ? [subject.association] : associations.filter((each) => answers.persons.has(each.id))
  const associationIds = chosen.map((each) => each.id)
  const changeable = changesOf(requestedScopes, chosen).map(({ value }) => value)
  const changes = new Set(changeable.filter((value) => answers.changes.has(value)))
  if (ticked.size === 0 && changes.size === 0) return 'no-kind'
  if (associationIds.length === 0) return 'no-person'
  if (wantsOnePatient(requestedScopes) && associationIds.length > 1) return 'several-persons'
  if (wantsOnePatient(requestedScopes) && !subject) return 'no-patient'
  if (subject && answers.encounterId !== undefined && !subject.encounter) return 'no-visit'
  // An application writes into all records of a practice, or into none (write-access.ts).
  if (subject && changes.size > 0 && !answers.reachesPanel) return 'no-panel'
  const duration = findDuration(answers)
  if (!duration) return 'no-duration'
  const given = withinDuration(requestedScopes, duration).filter(
    // SMART App Launch 2.2: a scope that cannot be fulfilled is left out of the granted scopes.
    (scope) => !wantsVisit([scope]) || subject?.encounter !== undefined,
  )
  return {
    scopes: given.flatMap((text) => narrow(text, offered, { ticked, changes })),
    associationIds,
    reachesPanel: answers.reachesPanel,
    lifetimeSeconds: duration.seconds,
  }
}

type Duration = (typeof durations)[number]

function findDuration(answers: Answers): Duration | undefined {
  return durations.find((each) => each.value === answers.duration)
}

function withinDuration(scopes: readonly string[], { value }: Duration): string[] {
  return scopes.filter((scope) => !(value === 'once' && asksToRefresh([scope])))
}

interface Ticked {
  ticked: ReadonlySet<string>
  changes: ReadonlySet<string>
}

/** The part of a scope that is left: its reading part by the ticked kinds, and its writing part when that is ticked. */
function narrow(text: string, offered: string[], { ticked, changes }: Ticked): string[] {
  const scope = parseClinicalScope(text)
  if (!scope) return [text]
  const { reading, writing } = splitByWriting(scope)
  const left = reading ? narrowReading(reading, offered, ticked) : []
  if (!writing || scope.context !== 'user' || !changes.has(scope.type)) return left
  // A scope that is left whole stays as it was asked for.
  const isWhole = reading === undefined || left[0] === reading.text
  return isWhole ? [text] : [...left, writing.text]
}

function narrowReading(scope: ClinicalScope, offered: string[], ticked: ReadonlySet<string>): string[] {
  if (scope.type !== '*') {
    const isTicked = ticked.has(scope.type) || (scope.filter && ticked.has(partOf(scope.type, scope.filter)))
    return isTicked ? [scope.text] : []
  }
  // A wildcard covers every kind as a whole.
  return ticked.size === offered.length ? [scope.text] : narrowToTypes(scope, [...ticked])
}

function clinicalScopes(scopes: readonly string[]): ClinicalScope[] {
  return scopes.flatMap((text) => parseClinicalScope(text) ?? [])
}

function listOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

import type { Concept } from '../concept.ts'
import { documentIdOf } from '../documents.ts'
import type { EntryOf } from '../entries/entries.ts'
import type { Entry } from '../entries/entry.ts'
import type { Reading } from '../page.ts'
import { type Name, nameOf } from '../plain-name.ts'
import { doseText } from '../text/dose-text.ts'
import { valueText } from '../text/value-text.ts'
import { kindOf, type LineKind, type LineType, pageOfKind } from './kinds.ts'

/** One entry of a record, of whatever type, in one line. */
export interface RecordLine {
  key: string
  kind: LineKind
  name: string
  clinical: string | undefined
  /** What matters most beside the name: a value, a dose, a title. */
  value: string | undefined
  date: string | undefined
  /** In words, when it is not simply so: cancelled, not done, entered by mistake. */
  status: string | undefined
  /** The end of the address of the page where it stands. */
  page: string
}

type AnyEntry = { [Type in LineType]: EntryOf<Type> & { type: Type } }[LineType]

export function lineOf(entry: Entry, reading: Reading): RecordLine {
  const each = entry as AnyEntry
  const name = nameOfEntry(each, reading)
  const kind = kindOf(entry)
  return {
    key: `${entry.type}/${entry.id}`,
    kind,
    name: name?.name ?? reading.words('shared.unnamed'),
    clinical: name?.clinical,
    value: valueOfEntry(each, reading),
    date: entry.date,
    status: statusText(entry, reading),
    page: hasFile(each) ? `documents/${documentIdOf(entry)}` : pageOfKind[kind],
  }
}

function hasFile(entry: AnyEntry): boolean {
  return (
    entry.type === 'DocumentReference' || (entry.type === 'DiagnosticReport' && entry.attachments.length > 0)
  )
}

/** The concepts by which an entry is named, the best first. */
export function conceptsOf(entry: Entry): readonly Concept[] {
  const each = entry as AnyEntry
  switch (each.type) {
    case 'Encounter':
      return each.what
    case 'CarePlan':
      return each.categories.filter((category) => !isMark(category))
    case 'CareTeam':
      return []
    case 'DocumentReference':
      return [each.what, ...each.categories]
    default:
      return [each.what]
  }
}

/** US Core marks each plan with the category "assess-plan", which says nothing to people. */
function isMark({ codings }: Concept): boolean {
  return codings.some(({ code }) => code === 'assess-plan')
}

function nameOfEntry(entry: AnyEntry, { language, words }: Reading): Name | undefined {
  const alone = (name: string | undefined) => name && { name, clinical: undefined }
  const found = conceptsOf(entry).flatMap((concept) => nameOf(concept, language) ?? [])[0]
  switch (entry.type) {
    case 'Encounter':
      return found ?? { name: words('timeline.visit'), clinical: undefined }
    case 'CarePlan':
      return alone(entry.title) || (found ?? { name: words('care.plan'), clinical: undefined })
    case 'CareTeam':
      return { name: entry.name ?? words('care.team'), clinical: undefined }
    case 'Coverage':
      return { name: entry.payors[0] ?? words('care.insuranceUnnamed'), clinical: undefined }
    case 'Device':
      return found ?? (alone(entry.name) || undefined)
    case 'DocumentReference':
      return found ?? { name: words('documents.unnamed'), clinical: undefined }
    default:
      return found
  }
}

function valueOfEntry(entry: AnyEntry, reading: Reading): string | undefined {
  const { language } = reading
  const names = (concepts: readonly Concept[]) =>
    concepts
      .flatMap((concept) => nameOf(concept, language)?.name ?? [])
      .slice(0, 3)
      .join(', ') || undefined
  switch (entry.type) {
    case 'Observation':
      return valueText(entry.value, reading) ?? componentsText(entry, reading)
    case 'MedicationRequest':
    case 'MedicationStatement':
    case 'MedicationDispense':
      return doseText(entry.dosages[0], reading)
    case 'Encounter':
      return names(entry.reasons) ?? entry.participants[0]
    case 'DocumentReference':
      return entry.attachments.find(({ title }) => title)?.title ?? entry.description
    case 'DiagnosticReport':
      return entry.conclusion?.slice(0, 200) ?? countText(entry, reading)
    case 'AllergyIntolerance':
      return names(entry.reactions.flatMap(({ manifestations }) => manifestations))
    case 'Procedure':
      return names(entry.reasons) ?? entry.performer
    case 'ServiceRequest':
      return names(entry.reasons) ?? entry.requester
    case 'Device':
      return entry.manufacturer
    case 'CarePlan':
      return entry.description?.slice(0, 200)
    default:
      return undefined
  }
}

function countText({ results }: EntryOf<'DiagnosticReport'>, { words }: Reading): string | undefined {
  return results.length === 0 ? undefined : words('timeline.results', { count: results.length })
}

/** "120/80 mmHg" where both parts have one unit, as blood pressure does; else each part with its name. */
function componentsText({ components }: EntryOf<'Observation'>, reading: Reading): string | undefined {
  const parts = components.flatMap(({ what, value }) => {
    const text = valueText(value, reading)
    return text === undefined ? [] : [{ text, name: nameOf(what, reading.language)?.name }]
  })
  const split = parts.map(({ text }) => text.split('\u00a0'))
  const [first, second] = split
  if (first?.length === 2 && second?.length === 2 && split.length === 2 && first[1] === second[1])
    return `${first[0]}/${second[0]}\u00a0${first[1]}`
  return (
    parts
      .slice(0, 4)
      .map(({ name, text }) => (name === undefined ? text : `${name}: ${text}`))
      .join(', ') || undefined
  )
}

const statusWords = {
  'entered-in-error': 'timeline.enteredInError',
  refuted: 'timeline.refuted',
  'not-done': 'timeline.notDone',
  'not-taken': 'timeline.notDone',
  cancelled: 'timeline.cancelled',
  revoked: 'timeline.cancelled',
  declined: 'timeline.cancelled',
  rejected: 'timeline.cancelled',
  superseded: 'timeline.superseded',
  planned: 'timeline.planned',
  draft: 'timeline.planned',
  proposed: 'timeline.planned',
  preparation: 'timeline.planned',
  preliminary: 'timeline.preliminary',
  partial: 'timeline.preliminary',
  registered: 'timeline.preliminary',
  amended: 'timeline.corrected',
  corrected: 'timeline.corrected',
  unconfirmed: 'timeline.unconfirmed',
  provisional: 'timeline.unconfirmed',
  differential: 'timeline.unconfirmed',
} as const

/** What was never so, or was taken back. It is said and not counted. */
const voidStatuses = new Set([
  ...['entered-in-error', 'refuted', 'not-done', 'not-taken', 'cancelled', 'revoked', 'declined'],
  ...['rejected', 'superseded'],
])

/** The statuses of an entry, of whatever type, the gravest first. */
function statusesOf(entry: Entry): string[] {
  const { status, verificationStatus, lifecycle, documentStatus } = entry as Entry &
    Partial<Record<'status' | 'verificationStatus' | 'lifecycle' | 'documentStatus', string>>
  const statuses = [verificationStatus, status, documentStatus, lifecycle].filter(
    (each) => each !== undefined,
  )
  return statuses.sort((one, other) => Number(voidStatuses.has(other)) - Number(voidStatuses.has(one)))
}

export function isVoid(entry: Entry): boolean {
  return statusesOf(entry).some((status) => voidStatuses.has(status))
}

function statusText(entry: Entry, { words }: Reading): string | undefined {
  const status = statusesOf(entry).find((each) => each in statusWords)
  return status && words(statusWords[status as keyof typeof statusWords])
}

import type { Concept } from './concept.ts'
import type { Entries } from './entries/entries.ts'
import { byNewest, type Entry } from './entries/entry.ts'
import type { DosageEntry } from './entries/medication.ts'
import type { ReferenceEntry } from './entries/reference.ts'
import { isKeyOf } from './fields.ts'
import { definePage, type Reading } from './page.ts'
import { nameOf } from './plain-name.ts'
import { doseText } from './text/dose-text.ts'

const types = ['MedicationRequest', 'MedicationStatement', 'MedicationDispense', 'Medication'] as const

/** One medicine, however often it was prescribed and handed out. */
export interface MedicineLine {
  id: string
  name: string
  clinical: string | undefined
  /** How it is taken, as the latest entry says. */
  dose: string | undefined
  prescriber: string | undefined
  /** For what. */
  reasons: readonly string[]
  /** Of the first entry. */
  since: string | undefined
  /** Of the latest prescription. */
  prescribed: string | undefined
  handedOut: string | undefined
  /** How often it may still be handed out, as the latest prescription says. */
  refills: number | undefined
  status: string | undefined
  notes: readonly string[]
  /** How many records say so. */
  times: number
}

/** What somebody takes now, what they took, and what does not count. */
export const medicinesPage = definePage({
  types,
  view(entries, reading) {
    const uses = usesOf(entries)
    const groups = groupByName(
      uses.filter(({ isVoid }) => !isVoid),
      reading,
    )
    const isCurrent = (group: readonly Use[]) => group.some((use) => use.isCurrent) && !isOver(group)
    return {
      current: groups.filter(isCurrent).map((group) => lineOf(group, reading)),
      past: groups.filter((group) => !isCurrent(group)).map((group) => lineOf(group, reading)),
      notCounted: groupByName(
        uses.filter(({ isVoid }) => isVoid),
        reading,
      ).map((group) => lineOf(group, reading)),
    }
  },
})

/** One record about a medicine, of whatever type. */
interface Use extends Omit<Entry, 'type'> {
  kind: 'request' | 'statement' | 'dispense'
  start: string | undefined
  what: Concept
  status: string | undefined
  isCurrent: boolean
  isVoid: boolean
  dosage: DosageEntry | undefined
  prescriber: string | undefined
  reasons: readonly Concept[]
  refills: number | undefined
  notes: readonly string[]
}

const ongoing = new Set(['active', 'intended', 'on-hold', 'in-progress', 'preparation'])
const discarded = new Set(['entered-in-error', 'draft', 'not-taken', 'declined'])

/** The newest first. */
function usesOf(entries: Pick<Entries, (typeof types)[number]>): Use[] {
  const medications = new Map(entries.Medication.map((entry) => [entry.id, entry.what]))
  const shared = (entry: {
    id: string
    date: string | undefined
    time: number | undefined
    what: Concept
    medication: ReferenceEntry | undefined
    status: string | undefined
    dosages: readonly DosageEntry[]
    notes: readonly string[]
  }) => ({
    id: entry.id,
    date: entry.date,
    time: entry.time,
    start: entry.date,
    what: medications.get(entry.medication?.id ?? '') ?? entry.what,
    status: entry.status,
    isCurrent: ongoing.has(entry.status ?? ''),
    isVoid: discarded.has(entry.status ?? ''),
    dosage: entry.dosages[0],
    prescriber: undefined,
    reasons: [],
    refills: undefined,
    notes: entry.notes,
  })
  const uses: Use[] = [
    ...entries.MedicationRequest.map((entry) => ({
      ...shared(entry),
      kind: 'request' as const,
      isVoid: discarded.has(entry.status ?? '') || entry.intent === 'proposal',
      prescriber: entry.requester,
      reasons: entry.reasons,
      refills: entry.refills,
    })),
    ...entries.MedicationStatement.map((entry) => ({
      ...shared(entry),
      kind: 'statement' as const,
      start: entry.start ?? entry.date,
      reasons: entry.reasons,
    })),
    // That something was handed out does not say that it is still taken.
    ...entries.MedicationDispense.map((entry) => ({
      ...shared(entry),
      kind: 'dispense' as const,
      isCurrent: false,
      isVoid:
        entry.status === 'entered-in-error' || entry.status === 'declined' || entry.status === 'cancelled',
    })),
  ]
  return uses.sort(byNewest)
}

function groupByName(uses: readonly Use[], { language }: Reading): Use[][] {
  const groups = new Map<string, Use[]>()
  for (const use of uses) {
    const name = nameOf(use.what, language)
    const key = (name?.clinical ?? name?.name)?.toLowerCase() ?? use.id
    const group = groups.get(key)
    if (group) group.push(use)
    else groups.set(key, [use])
  }
  return [...groups.values()]
}

/** A later entry that ends it counts more than an older prescription that nobody ended. */
function isOver(group: readonly Use[]): boolean {
  const latest = group.find(({ kind }) => kind !== 'dispense')
  return latest !== undefined && !latest.isCurrent
}

function lineOf(group: readonly Use[], reading: Reading): MedicineLine {
  const { language, words } = reading
  const stated = group.filter(({ kind }) => kind !== 'dispense')
  const request = group.find(({ kind }) => kind === 'request')
  const [shown = group[0]] = stated
  const name = shown && nameOf(shown.what, language)
  const dosage = stated.find((use) => use.dosage)?.dosage ?? group.find((use) => use.dosage)?.dosage
  return {
    id: shown?.id ?? '',
    name: name?.name ?? words('shared.unnamed'),
    clinical: name?.clinical,
    dose: doseText(dosage, reading),
    prescriber: group.find(({ prescriber }) => prescriber)?.prescriber,
    reasons: namesOf(group, reading),
    since: group.findLast(({ start }) => start)?.start,
    prescribed: request?.date,
    handedOut: group.find(({ kind }) => kind === 'dispense')?.date,
    refills: request?.isCurrent ? request.refills : undefined,
    status: statusOf(shown, words),
    notes: [...new Set(group.flatMap(({ notes }) => notes))].slice(0, 5),
    times: group.length,
  }
}

function namesOf(group: readonly Use[], { language }: Reading): string[] {
  const names = group.flatMap(({ reasons }) =>
    reasons.flatMap((reason) => nameOf(reason, language)?.name ?? []),
  )
  return [...new Set(names)].slice(0, 3)
}

const statusWords = {
  'on-hold': 'medicines.onHold',
  intended: 'medicines.intended',
  stopped: 'medicines.stopped',
  cancelled: 'medicines.cancelled',
  'entered-in-error': 'medicines.enteredInError',
  draft: 'medicines.draft',
  'not-taken': 'medicines.notTaken',
  declined: 'medicines.declined',
} as const

function statusOf(use: Use | undefined, words: Reading['words']): string | undefined {
  const status = use?.status
  return isKeyOf(statusWords, status) ? words(statusWords[status]) : undefined
}

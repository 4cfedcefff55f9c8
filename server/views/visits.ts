import type { Concept } from './concept.ts'
import type { EntryOf } from './entries/entries.ts'
import { isKeyOf } from './fields.ts'
import { definePage, type Reading } from './page.ts'
import { nameOf } from './plain-name.ts'

type Encounter = EntryOf<'Encounter'>

/** One visit, and what belongs to it. */
export interface VisitLine {
  id: string
  name: string
  /** In the words of the class, when the name does not say the same. */
  kind: string | undefined
  start: string | undefined
  end: string | undefined
  place: string | undefined
  people: readonly string[]
  reasons: readonly string[]
  /** When it is not simply over. */
  status: string | undefined
  conditions: readonly string[]
  procedures: readonly string[]
  prescriptions: readonly string[]
  immunizations: readonly string[]
  documents: readonly string[]
  /** How many results of the laboratory. */
  results: number
}

/** Coming visits, the next one first; then those that were, the newest first. */
export const visitsPage = definePage({
  types: [
    ...(['Encounter', 'Condition', 'Procedure', 'Observation', 'DocumentReference'] as const),
    ...(['MedicationRequest', 'Medication', 'Immunization'] as const),
  ],
  view(entries, reading) {
    const medicines = new Map(entries.Medication.map(({ id, what }) => [id, what]))
    const parts: PartsByVisit = {
      conditions: namesByVisit(
        entries.Condition.filter(
          ({ verificationStatus: status }) => status !== 'refuted' && status !== 'entered-in-error',
        ),
        reading,
      ),
      procedures: namesByVisit(entries.Procedure.filter(isDone), reading),
      prescriptions: namesByVisit(
        entries.MedicationRequest.filter(isDone).map((entry) => ({
          ...entry,
          what: medicines.get(entry.medication?.id ?? '') ?? entry.what,
        })),
        reading,
      ),
      immunizations: namesByVisit(entries.Immunization.filter(isDone), reading),
      documents: namesByVisit(entries.DocumentReference.filter(isDone), reading),
      results: namesByVisit(
        entries.Observation.filter((entry) => isDone(entry) && entry.categories.includes('laboratory')),
        reading,
      ),
    }
    const isVoid = ({ status }: Encounter) => status === 'entered-in-error'
    const counting = entries.Encounter.filter((visit) => !isVoid(visit))
    const coming = counting.filter((visit) => isComing(visit, reading.now)).reverse()
    const lineOf = (visit: Encounter) => visitOf(visit, parts, reading)
    return {
      coming: coming.map(lineOf),
      visits: counting.filter((visit) => !coming.includes(visit)).map(lineOf),
      notCounted: entries.Encounter.filter(isVoid).map(lineOf),
    }
  },
})

/** A visit that is planned for today or later; also one of which no day is known yet. */
export function isComing({ status, time }: Encounter, now: Date): boolean {
  const today = now.getTime() - (now.getTime() % 86_400_000)
  return status === 'planned' && (time === undefined || time >= today)
}

function isDone({ status }: { status: string | undefined }): boolean {
  return !['entered-in-error', 'not-done', 'cancelled', 'draft'].includes(status ?? '')
}

type Part = 'conditions' | 'procedures' | 'prescriptions' | 'immunizations' | 'documents' | 'results'
type PartsByVisit = Record<Part, ReadonlyMap<string, readonly string[]>>

/** What things are called, by the visit that they belong to. */
function namesByVisit(
  entries: ReadonlyArray<{ visit: string | undefined; what: Concept }>,
  { language, words }: Reading,
): Map<string, string[]> {
  const byVisit = new Map<string, string[]>()
  for (const { visit, what } of entries) {
    if (visit === undefined) continue
    const name = nameOf(what, language)?.name ?? words('shared.unnamed')
    const known = byVisit.get(visit)
    if (known) known.push(name)
    else byVisit.set(visit, [name])
  }
  return byVisit
}

/** https://terminology.hl7.org/ValueSet-encounter-class.html */
const kinds = {
  AMB: 'visits.office',
  EMER: 'visits.emergency',
  IMP: 'visits.stay',
  ACUTE: 'visits.stay',
  NONAC: 'visits.stay',
  SS: 'visits.shortStay',
  OBSENC: 'visits.observation',
  PRENC: 'visits.beforeStay',
  HH: 'visits.home',
  VR: 'visits.virtual',
  FLD: 'visits.field',
} as const

const statuses = {
  planned: 'visits.wasPlanned',
  arrived: 'visits.underWay',
  triaged: 'visits.underWay',
  'in-progress': 'visits.underWay',
  onleave: 'visits.underWay',
  cancelled: 'visits.cancelled',
  'entered-in-error': 'visits.enteredInError',
} as const

/** A visit in words, without what belongs to it. */
export function describeVisit(visit: Encounter, { language, words, now }: Reading) {
  const { code, display } = visit.class
  const kind = isKeyOf(kinds, code) ? words(kinds[code]) : undefined
  const names = visit.what.flatMap((what) => nameOf(what, language) ?? [])
  const [name] = names
  const { status } = visit
  return {
    id: visit.id,
    name: name?.name ?? kind ?? display ?? words('visits.unnamed'),
    kind: name === undefined || name.name === kind ? undefined : kind,
    start: visit.date,
    end: visit.end,
    place: visit.places[0] ?? visit.organization,
    people: [...new Set(visit.participants)].slice(0, 5),
    reasons: unique(visit.reasons.flatMap((reason) => nameOf(reason, language)?.name ?? [])),
    status: isKeyOf(statuses, status) && !isComing(visit, now) ? words(statuses[status]) : undefined,
  }
}

function visitOf(visit: Encounter, parts: PartsByVisit, reading: Reading): VisitLine {
  const namesOf = (part: Part) => unique(parts[part].get(visit.id) ?? [])
  return {
    ...describeVisit(visit, reading),
    conditions: namesOf('conditions'),
    procedures: namesOf('procedures'),
    prescriptions: namesOf('prescriptions'),
    immunizations: namesOf('immunizations'),
    documents: namesOf('documents'),
    results: parts.results.get(visit.id)?.length ?? 0,
  }
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].slice(0, 20)
}

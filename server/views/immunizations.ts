import type { EntryOf } from './entries/entries.ts'
import { stateFlu, stateTetanus } from './immunizations/boosters-due.ts'
import {
  type AgeName,
  ages,
  childSchedule,
  type Series,
  type SeriesName,
  source,
} from './immunizations/child-schedule.ts'
import type { Disease } from './immunizations/diseases.ts'
import { type DoseState, type GivenDose, stateDoses } from './immunizations/doses-due.ts'
import { addMonths, timeOfDay } from './immunizations/months.ts'
import { cvxCodesOf, diseasesOf } from './immunizations/vaccine-diseases.ts'
import { definePage, type Reading } from './page.ts'
import { nameOf } from './plain-name.ts'

type Immunization = EntryOf<'Immunization'>

/** One dose that was given, or that does not count. */
export interface DoseLine {
  id: string
  name: string
  clinical: string | undefined
  date: string | undefined
  /** When the record has no date: "in childhood". */
  when: string | undefined
  lot: string | undefined
  manufacturer: string | undefined
  performer: string | undefined
  place: string | undefined
  /** Why it does not count. */
  status: string | undefined
  notes: readonly string[]
}

/** What is due by the general schedule: `late` since a day, `due` since a day, or due as none is recorded. */
export interface DueLine {
  id: SeriesName | 'influenza' | 'tetanus'
  name: string
  state: 'due' | 'late'
  date: string | undefined
  /** Which of how many. */
  dose: { number: number; of: number } | undefined
}

export interface ScheduleRow {
  id: SeriesName
  name: string
  /** For each age, the doses of that age. */
  cells: ReadonlyArray<ReadonlyArray<{ number: number } & DoseState>>
}

// words: series.*
// words: ages.*
// words: diseases.*

/** From this age on it is the schedule of adults. */
const adultFrom = 19 * 12

/** By disease with all doses, what is due by the schedule, and the schedule itself for a child. */
export const immunizationsPage = definePage({
  types: ['Patient', 'Immunization'],
  view({ Patient: [patient], Immunization: entries }, reading) {
    const { words } = reading
    const counted = entries.filter(isCounted)
    const now = reading.now.getTime()
    const given = givenByDisease(counted.filter(({ time = 0 }) => time <= now))
    const birth = timeOfDay(patient?.birthDate)
    const life =
      patient === undefined || patient.isDeceased || birth === undefined || birth > now
        ? undefined
        : { birth, now, isChild: now < addMonths(birth, adultFrom) }
    return {
      name: patient?.name ?? words('person.nameUnknown'),
      birthDate: patient?.birthDate,
      /** Undefined when there is no schedule: no whole date of birth, or no longer alive. */
      due: life && dueOf(given, life, words),
      schedule: life?.isChild ? scheduleOf(given, life, words) : undefined,
      source,
      diseases: diseaseLines(counted, reading),
      others: counted.filter((entry) => diseasesOfEntry(entry).length === 0).map(({ id }) => id),
      doses: counted.map((entry) => doseOf(entry, reading)),
      notCounted: entries.filter((entry) => !isCounted(entry)).map((entry) => doseOf(entry, reading)),
    }
  },
})

function isCounted({ status, isSubpotent }: Immunization): boolean {
  return status !== 'not-done' && status !== 'entered-in-error' && !isSubpotent
}

function diseasesOfEntry({ what, diseases }: Immunization): readonly Disease[] {
  return diseasesOf(what, diseases)
}

/** The doses against each disease. Two records of one day are one dose: two practices may know of it. */
function givenByDisease(entries: readonly Immunization[]): Map<Disease, GivenDose[]> {
  const given = new Map<Disease, GivenDose[]>()
  for (const entry of entries) {
    const dose = { date: entry.date, time: entry.time, codes: cvxCodesOf(entry.what) }
    for (const disease of diseasesOfEntry(entry)) {
      const doses = given.get(disease) ?? []
      const isKnown = dose.date !== undefined && doses.some((each) => dayOf(each) === dayOf(dose))
      if (!isKnown) doses.push(dose)
      given.set(disease, doses)
    }
  }
  return given
}

function dayOf({ date }: { date: string | undefined }): string | undefined {
  return date?.slice(0, 10)
}

interface Life {
  birth: number
  now: number
  isChild: boolean
}

type Given = ReadonlyMap<Disease, readonly GivenDose[]>

function seriesOf(given: Given, life: Life) {
  return childSchedule.map((series: Series) => ({
    series,
    doses: stateDoses(series, given.get(series.disease) ?? [], life),
  }))
}

/** What is due, late ones first. */
function dueOf(given: Given, life: Life, words: Reading['words']): DueLine[] {
  const flu = stateFlu(given.get('influenza') ?? [], life)
  const lines = [
    ...(life.isChild ? childDue(given, life, words) : tetanusDue(given, life, words)),
    ...dueLines('influenza', flu, words),
  ]
  return lines.toSorted((one, other) => Number(other.state === 'late') - Number(one.state === 'late'))
}

/** Of each series the first dose that is missing. */
function childDue(given: Given, life: Life, words: Reading['words']): DueLine[] {
  return seriesOf(given, life).flatMap(({ series, doses }) => {
    const next = doses.find(({ state: { state } }) => state !== 'done' && state !== 'notNeeded')
    if (!next) return []
    const dose = doses.length > 1 ? { number: next.number, of: doses.length } : undefined
    return dueLines(series.id, next.state, words, dose)
  })
}

function tetanusDue(given: Given, { now }: Life, words: Reading['words']): DueLine[] {
  const state = stateTetanus(given.get('tetanus') ?? [], now)
  return state === 'noneRecorded'
    ? [{ id: 'tetanus', name: words('series.tetanus'), state: 'due', date: undefined, dose: undefined }]
    : dueLines('tetanus', state, words)
}

/** None for a dose that is not due. */
function dueLines(
  id: DueLine['id'],
  dated: DoseState,
  words: Reading['words'],
  dose?: DueLine['dose'],
): DueLine[] {
  return dated.state === 'due' || dated.state === 'late'
    ? [{ id, name: words(`series.${id}`), state: dated.state, date: dated.date, dose }]
    : []
}

const columns = Object.entries(ages) as Array<[AgeName, number]>

/** The grid: a row for each vaccine, a column for each age. */
function scheduleOf(given: Given, life: Life, words: Reading['words']) {
  const rows = seriesOf(given, life).map(
    ({ series, doses }): ScheduleRow => ({
      id: series.id,
      name: words(`series.${series.id}`),
      cells: columns.map(([, start], index) => {
        const end = columns[index + 1]?.[1] ?? Number.POSITIVE_INFINITY
        return doses
          .filter(({ scheduled: { from } }) => from >= start && from < end)
          .map(({ number, state }) => ({ number, ...state }))
      }),
    }),
  )
  return {
    ages: columns.map(([id]) => ({ id, name: words(`ages.${id}`) })),
    rows,
    flu: { name: words('series.influenza'), ...stateFlu(given.get('influenza') ?? [], life) },
  }
}

/** Each disease once, by name, with the ids of its doses. */
function diseaseLines(entries: readonly Immunization[], { language, words }: Reading) {
  const doses = new Map<Disease, string[]>()
  for (const entry of entries)
    for (const disease of diseasesOfEntry(entry)) {
      const known = doses.get(disease)
      if (known) known.push(entry.id)
      else doses.set(disease, [entry.id])
    }
  const { compare } = new Intl.Collator(language)
  return [...doses]
    .map(([disease, ids]) => ({ id: disease, name: words(`diseases.${disease}`), doses: ids }))
    .toSorted((one, other) => compare(one.name, other.name))
}

function doseOf(entry: Immunization, { language, words }: Reading): DoseLine {
  const name = nameOf(entry.what, language)
  const { id, date, occurrenceText, lot, manufacturer, performer, place, notes } = entry
  return {
    ...{
      id,
      date,
      when: date === undefined ? occurrenceText : undefined,
      lot,
      manufacturer,
      performer,
      place,
    },
    name: name?.name ?? words('immunizations.unnamed'),
    clinical: name?.clinical,
    status: statusOf(entry, { language, words }),
    notes: notes.slice(0, 5),
  }
}

function statusOf(
  { status, statusReason, isSubpotent }: Immunization,
  { language, words }: Pick<Reading, 'language' | 'words'>,
): string | undefined {
  if (status === 'entered-in-error') return words('immunizations.enteredInError')
  if (status === 'not-done') {
    const reason = nameOf(statusReason, language)?.name
    return reason === undefined
      ? words('immunizations.notDone')
      : words('immunizations.notDoneBecause', { reason })
  }
  return isSubpotent ? words('immunizations.subpotent') : undefined
}

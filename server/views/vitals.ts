import { type Concept, codesOf } from './concept.ts'
import type { EntryOf } from './entries/entries.ts'
import { growthOf } from './growth/growth.ts'
import { definePage, type Reading } from './page.ts'
import { nameOf } from './plain-name.ts'
import { type Change, changeOf, counts, type History, historyOf, measuresOf } from './results/history.ts'
import { numberIn } from './results/range.ts'
import { type Series, seriesOf } from './results/series.ts'
import { testKeyOf } from './results/test-key.ts'
import { numberText } from './text/number-text.ts'

/** A vital sign: what was measured last, and the way there. */
export interface VitalCard {
  id: string
  name: string
  latest: string
  /** As the record writes it. */
  date: string | undefined
  /** In words, when the latest stands outside a range. */
  level: Series['points'][number]['level']
  status: string | undefined
  change: Change | undefined
  /** The tests of its page in an address. */
  tests: readonly string[]
  /** One line, or both parts of a blood pressure. */
  series: readonly Series[]
  count: number
}

/** Vital signs by their LOINC codes: https://hl7.org/fhir/R4/observation-vitalsigns.html. Those with several lines have a list each. */
const signs = [
  { name: 'vitals.bloodPressure', lines: [['8480-6'], ['8462-4']], whole: ['85354-9', '55284-4', '35094-2'] },
  { name: 'vitals.heartRate', lines: [['8867-4', '8889-8', '8893-0']] },
  { name: 'vitals.oxygen', lines: [['2708-6', '59408-5', '20564-1']] },
  { name: 'vitals.temperature', lines: [['8310-5', '8331-1', '8332-9', '8333-7', '8328-7', '8329-5']] },
  { name: 'vitals.breathing', lines: [['9279-1']] },
  { name: 'vitals.weight', lines: [['29463-7', '3141-9', '8339-4']] },
  { name: 'vitals.height', lines: [['8302-2', '8306-3', '8308-9', '3137-7', '89269-5']] },
  { name: 'vitals.bmi', lines: [['39156-5']] },
  { name: 'vitals.head', lines: [['9843-4', '8287-5']] },
] as const

/** As many values of each as a small chart needs. The page of the test has all. */
const mostPoints = 60

/** As many further measurements as have a card. */
const mostOthers = 30

/** What is measured at visits, and how a child grows. */
export const vitalsPage = definePage({
  types: ['Patient', 'Observation'],
  view({ Patient: [patient], Observation: observations }, reading) {
    const history = historyOf(observations)
    const measured = { observations, history }
    const known = new Set<string>(
      signs.flatMap((sign) => ['whole' in sign ? sign.whole : [], sign.lines].flat(2)),
    )
    const isVital = ({ categories }: EntryOf<'Observation'>) => categories.includes('vital-signs')
    const others = new Set(
      observations
        .filter((entry) => counts(entry) && isVital(entry) && hasNumber(entry))
        .flatMap(({ what }) =>
          codesOf(what).some((code) => known.has(code)) ? [] : (testKeyOf(what) ?? []),
        ),
    )
    return {
      cards: [
        ...signs.flatMap(({ name, lines }) =>
          cardOf({ name: reading.words(name), lines }, measured, reading),
        ),
        ...[...others].slice(0, mostOthers).flatMap((key) => {
          const what = observations.find((entry) => testKeyOf(entry.what) === key)?.what
          return cardOf({ name: nameFor(what, reading), lines: [[key]] }, measured, reading)
        }),
      ],
      growth: growthOf(patient, observations, reading),
      enteredInError: observations.filter((entry) => !counts(entry) && isVital(entry)).length,
    }
  },
})

function hasNumber(entry: EntryOf<'Observation'>): boolean {
  return measuresOf(entry).some((measured) => numberIn(measured) !== undefined)
}

function nameFor(what: Concept | undefined, { language, words }: Reading): string {
  return (what && nameOf(what, language)?.name) ?? words('shared.unnamed')
}

/** What a card shows: each line is a test by its keys. */
interface CardPlan {
  name: string
  lines: ReadonlyArray<readonly string[]>
}

interface MeasuredVitals {
  observations: ReadonlyArray<EntryOf<'Observation'>>
  history: History
}

function cardOf({ name, lines }: CardPlan, measured: MeasuredVitals, reading: Reading): VitalCard[] {
  const { observations } = measured
  const series = lines.flatMap((keys) => seriesOf(keys, observations, reading, mostPoints) ?? [])
  const [first] = series
  const latest = first?.points[0]
  if (!first || !latest) return []
  return [
    {
      id: first.test,
      name,
      latest: togetherText(series, reading) ?? latest.text,
      date: latest.date,
      level: latest.level,
      status: latest.status,
      change: series.length > 1 ? undefined : changeOfLatest(latest.id, lines, measured, reading),
      tests: series.map(({ test }) => test),
      series,
      count: first.points.length + first.older,
    },
  ]
}

/** "128/82 mmHg" when both were measured together. */
function togetherText(series: readonly Series[], { language }: Reading): string | undefined {
  const latest = series.flatMap(({ points }) => points[0] ?? [])
  const numbers = latest.flatMap(({ number }) => (number === undefined ? [] : numberText(number, language)))
  const isTogether = latest.every(({ id }) => id === latest[0]?.id)
  if (series.length < 2 || !isTogether || numbers.length < series.length) return undefined
  return [numbers.join('/'), series[0]?.unit].filter(Boolean).join('\u00a0')
}

function changeOfLatest(
  id: string,
  lines: ReadonlyArray<readonly string[]>,
  { observations, history }: MeasuredVitals,
  reading: Reading,
): Change | undefined {
  const entry = observations.find((each) => each.id === id)
  const measured = entry && measuresOf(entry).find(({ what }) => lines[0]?.includes(testKeyOf(what) ?? ''))
  return measured && changeOf(id, measured, history, reading)
}

import { codesOf } from './concept.ts'
import type { EntryOf } from './entries/entries.ts'
import type { Measured } from './entries/observation.ts'
import type { Reading } from './page.ts'
import { valueText } from './text/value-text.ts'

type Observation = EntryOf<'Observation'>

/** The latest value of something that is measured again and again, and where it goes. */
export interface LatestVital {
  id: 'bloodPressure' | 'weight' | 'a1c'
  name: string
  value: string
  date: string
  before: { value: string; date: string; trend: 'higher' | 'lower' | 'same' } | undefined
}

/** LOINC codes, the usual one first. */
const measures = {
  bloodPressure: ['85354-9', '55284-4'],
  weight: ['29463-7', '3141-9'],
  a1c: ['4548-4', '17856-6', '4549-2'],
} as const

// words: latest.*
const names = Object.keys(measures) as Array<keyof typeof measures>

/** Blood pressure and weight, and the long-term blood sugar where somebody measured it. */
export function latestVitals(observations: readonly Observation[], reading: Reading): LatestVital[] {
  const valid = observations.filter(
    ({ status, date }) =>
      date !== undefined && !['entered-in-error', 'cancelled', 'registered'].includes(status ?? ''),
  )
  return names.flatMap((name) => {
    const codes: readonly string[] = measures[name]
    const values = valid
      .filter(({ what }) => codesOf(what).some((code) => codes.includes(code)))
      .flatMap((entry) => measuredIn(name, entry, reading) ?? [])
    const [latest, before] = values
    if (!latest) return []
    return [
      {
        ...{ id: name, name: reading.words(`latest.${name}`), value: latest.text, date: latest.date },
        before: before && { value: before.text, date: before.date, trend: trendOf(before, latest) },
      },
    ]
  })
}

interface Shown {
  text: string
  date: string
  number: number
}

function measuredIn(name: LatestVital['id'], entry: Observation, reading: Reading): Shown | undefined {
  const { date, value, components } = entry
  if (date === undefined) return undefined
  if (name !== 'bloodPressure') {
    const text = valueText(value, reading)
    const number = numberOf(entry)
    return text === undefined || number === undefined ? undefined : { text, date, number }
  }
  const [upper, lower] = ['8480-6', '8462-4'].map((code) =>
    numberOf(components.find(({ what }) => codesOf(what).includes(code))),
  )
  if (upper === undefined || lower === undefined) return undefined
  const text = reading.words('latest.pressure', { upper: Math.round(upper), lower: Math.round(lower) })
  return { text, date, number: upper }
}

function numberOf(measured: Pick<Measured, 'value'> | undefined): number | undefined {
  return measured?.value?.kind === 'quantity' ? measured.value.number : undefined
}

/** By what is shown: a difference that no reader sees is none. */
function trendOf(before: Shown, latest: Shown): 'higher' | 'lower' | 'same' {
  if (before.text === latest.text || before.number === latest.number) return 'same'
  return latest.number > before.number ? 'higher' : 'lower'
}

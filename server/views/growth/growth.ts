import type { ObservationEntry } from '../entries/observation.ts'
import type { PatientEntry } from '../entries/patient.ts'
import type { QuantityEntry } from '../entries/quantity.ts'
import type { Reading } from '../page.ts'
import { counts } from '../results/history.ts'
import { testKeyOf } from '../results/test-key.ts'
import { valueText } from '../text/value-text.ts'
import { daysInMonth, type GrowthMeasure, referenceAt, type Sex } from './growth-references.ts'
import { percentileLines, percentileOf, valueAtZScore, zScoreOf } from './lms.ts'

/** A measurement of a child among others of its age. */
export interface GrowthPoint {
  id: string
  date: string | undefined
  /** In months of 30.4375 days. */
  age: number
  /** In the unit of the chart. */
  value: number
  /** As it was measured. */
  text: string
  /** In words; undefined where the charts have no reference. */
  percentile: string | undefined
}

/** Percentile lines: values at ages from `from`, each `step` months later. */
export interface GrowthCurves {
  from: number
  to: number
  step: number
  lines: ReadonlyArray<{ percentile: number; values: readonly number[] }>
}

/** A growth chart: all points, and the lines of both ages of charts. */
export interface GrowthChart {
  measure: GrowthMeasure
  unit: string
  /** The newest first. */
  points: readonly GrowthPoint[]
  /** Below two years, WHO; of the head also CDC to three years. */
  first: GrowthCurves | undefined
  /** From two years on, CDC. */
  later: GrowthCurves | undefined
}

/** The LOINC codes of what growth charts show, and the factors to their units. */
const charts = [
  { measure: 'weight', unit: 'kg', codes: ['29463-7', '3141-9', '8339-4'] },
  { measure: 'height', unit: 'cm', codes: ['8302-2', '8306-3', '8308-9', '3137-7', '89269-5'] },
  { measure: 'bmi', unit: 'kg/m²', codes: ['39156-5'] },
  { measure: 'head', unit: 'cm', codes: ['9843-4', '8287-5'] },
] as const satisfies ReadonlyArray<{ measure: GrowthMeasure; unit: string; codes: readonly string[] }>

const factors: Record<GrowthMeasure, Readonly<Record<string, number>>> = {
  weight: {
    kg: 1,
    g: 0.001,
    '[lb_av]': 0.45359237,
    lb: 0.45359237,
    lbs: 0.45359237,
    '[oz_av]': 0.028349523125,
  },
  height: { cm: 1, m: 100, mm: 0.1, '[in_i]': 2.54, in: 2.54, '[in_us]': 2.54, '[ft_i]': 30.48 },
  bmi: { 'kg/m2': 1, 'kg/m^2': 1, 'kg/m²': 1 },
  head: { cm: 1, mm: 0.1, m: 100, '[in_i]': 2.54, in: 2.54, '[in_us]': 2.54 },
}

const dayMs = 86_400_000
const twoYears = 24 * daysInMonth
const twentyYears = 240 * daysInMonth

/** Growth of somebody below twenty years; undefined for others. What is missing for it is said. */
export function growthOf(
  patient: PatientEntry | undefined,
  observations: readonly ObservationEntry[],
  reading: Reading,
): { missing: 'sex' } | { charts: GrowthChart[] } | undefined {
  const birth = patient?.birthDate?.length === 10 ? Date.parse(patient.birthDate) : Number.NaN
  const days = (reading.now.getTime() - birth) / dayMs
  if (Number.isNaN(days) || days < 0 || days >= twentyYears) return undefined
  const sex = patient?.gender
  if (sex !== 'male' && sex !== 'female') return { missing: 'sex' }
  return {
    charts: charts.flatMap(({ measure, unit, codes }) => {
      const points = pointsOf(observations, { measure, codes: new Set(codes), birth, sex }, reading)
      if (points.length === 0) return []
      const isOlder = days >= twoYears && measure !== 'head'
      return {
        measure,
        unit,
        points,
        first:
          measure === 'bmi'
            ? undefined
            : curvesOf(measure, sex, { from: 0, to: measure === 'head' ? 36 : 24, step: 0.5 }),
        later: isOlder ? curvesOf(measure, sex, { from: 24, to: 240, step: 3 }) : undefined,
      }
    }),
  }
}

/** As many points of each chart as are shown. */
const mostPoints = 500

function pointsOf(
  observations: readonly ObservationEntry[],
  child: { measure: GrowthMeasure; codes: ReadonlySet<string>; birth: number; sex: Sex },
  reading: Reading,
): GrowthPoint[] {
  const { measure, codes, birth, sex } = child
  return observations
    .filter((entry) => counts(entry) && codes.has(testKeyOf(entry.what) ?? ''))
    .flatMap((entry) => {
      const value = entry.value?.kind === 'quantity' ? convert(measure, entry.value) : undefined
      if (value === undefined || entry.time === undefined) return []
      const days = Math.floor((entry.time - birth) / dayMs)
      if (days < 0 || days >= twentyYears) return []
      return [
        {
          id: entry.id,
          date: entry.date,
          age: days / daysInMonth,
          value,
          text: valueText(entry.value, reading) ?? '',
          percentile: percentileText(value, referenceAt(measure, sex, days), reading),
        },
      ]
    })
    .slice(0, mostPoints)
}

function convert(
  measure: GrowthMeasure,
  { number, code, unit, comparator }: QuantityEntry,
): number | undefined {
  const factor = factors[measure][code ?? ''] ?? factors[measure][unit ?? '']
  if (number === undefined || factor === undefined || comparator !== undefined) return undefined
  return number > 0 ? number * factor : undefined
}

function percentileText(
  value: number,
  reference: ReturnType<typeof referenceAt>,
  { words }: Reading,
): string | undefined {
  if (!reference) return undefined
  const percentile = percentileOf(zScoreOf(value, reference))
  if (percentile < 1) return words('vitals.belowFirst')
  if (percentile > 99) return words('vitals.aboveLast')
  return words('vitals.percentile', { percentile: Math.round(percentile) })
}

function curvesOf(
  measure: GrowthMeasure,
  sex: Sex,
  { from, to, step }: { from: number; to: number; step: number },
): GrowthCurves {
  const ages = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)
  // The charts of the first two years end with WHO, also in their last point.
  const lastDay = to === 24 ? twoYears - 1 : Number.POSITIVE_INFINITY
  const references = ages.flatMap(
    (age) => referenceAt(measure, sex, Math.min(age * daysInMonth, lastDay)) ?? [],
  )
  return {
    from,
    to,
    step,
    lines: percentileLines.map(([percentile, z]) => ({
      percentile,
      values: references.map((reference) => Number(valueAtZScore(z, reference).toFixed(2))),
    })),
  }
}

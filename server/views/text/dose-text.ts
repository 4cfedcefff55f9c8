import type { DosageEntry } from '../entries/medication.ts'
import { isKeyOf } from '../fields.ts'
import type { Reading } from '../page.ts'
import { nameOf } from '../plain-name.ts'
import { quantityText } from './value-text.ts'

const perDay = { QD: 1, BID: 2, TID: 3, QID: 4, AM: 1, PM: 1, BED: 1 } as const

const timesOfDay = {
  MORN: 'dose.morning',
  AFT: 'dose.afternoon',
  EVE: 'dose.evening',
  NIGHT: 'dose.night',
  HS: 'dose.night',
  PCM: 'dose.afterBreakfast',
  PCD: 'dose.afterLunch',
  PCV: 'dose.afterDinner',
  ACM: 'dose.beforeBreakfast',
  ACD: 'dose.beforeLunch',
  ACV: 'dose.beforeDinner',
  AC: 'dose.beforeMeals',
  PC: 'dose.afterMeals',
  C: 'dose.withMeals',
} as const

const periods = { h: 'dose.hours', d: 'dose.days', wk: 'dose.weeks', mo: 'dose.months' } as const

/**
 * How a medicine is taken. What the record says in words for the patient comes first; else its parts are put into words, each a text
 * of its own and separated by commas. Undefined when the record says nothing.
 */
export function doseText(dosage: DosageEntry | undefined, reading: Reading): string | undefined {
  if (!dosage) return undefined
  const said = dosage.patientInstruction ?? dosage.text
  if (said !== undefined) return said
  const { words, language } = reading
  const reason = dosage.asNeededFor && nameOf(dosage.asNeededFor, language)?.name
  const parts = [
    quantityText(dosage.dose, reading),
    rhythmText(dosage, reading),
    ...dosage.when.flatMap((code) => (isKeyOf(timesOfDay, code) ? words(timesOfDay[code]) : [])),
    dosage.route && nameOf(dosage.route, language)?.name,
    dosage.asNeeded ? (reason ? words('dose.asNeededFor', { reason }) : words('dose.asNeeded')) : undefined,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join(', ')
}

function rhythmText(
  { frequency, period, periodUnit, when }: DosageEntry,
  { words }: Reading,
): string | undefined {
  const code = when.find((each) => isKeyOf(perDay, each))
  if (code !== undefined) return words('dose.timesADay', { times: perDay[code] })
  if (period === undefined || periodUnit === undefined || !isKeyOf(periods, periodUnit)) return undefined
  const unit = periods[periodUnit]
  const times = frequency ?? 1
  if (periodUnit === 'd' && period === 1) return words('dose.timesADay', { times })
  const every = words(unit, { count: period })
  return times === 1 ? every : words('dose.timesEvery', { times, every })
}

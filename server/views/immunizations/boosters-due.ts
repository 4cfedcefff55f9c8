import type { DoseState, GivenDose } from './doses-due.ts'
import { addMonths, dayText } from './months.ts'

/** Flu vaccine is for everybody from six months on. */
const firstFlu = 6

/**
 * The flu vaccine of this season: https://www.cdc.gov/flu/vaccines/vaccinations.html. A season's vaccine is given from July on and
 * recommended from September; it is still given while the flu goes round, so it is due and not late until the next July.
 */
export function stateFlu(
  given: readonly GivenDose[],
  { birth, now }: { birth: number; now: number },
): DoseState {
  const today = new Date(now)
  const year = today.getUTCMonth() >= 6 ? today.getUTCFullYear() : today.getUTCFullYear() - 1
  const season = Date.UTC(year, 6, 1)
  const latest = latestOf(given)
  if (latest?.time !== undefined && latest.time >= season) return { state: 'done', date: latest.date }
  const due = Math.max(Date.UTC(year, 8, 1), addMonths(birth, firstFlu))
  return { state: now >= due ? 'due' : 'coming', date: dayText(due) }
}

/** Adults: tetanus and diphtheria every ten years. https://www.cdc.gov/vaccines/hcp/imz-schedules/adult-age.html */
export function stateTetanus(given: readonly GivenDose[], now: number): DoseState | 'noneRecorded' {
  const latest = latestOf(given)
  if (latest?.time === undefined) return 'noneRecorded'
  const due = addMonths(latest.time, 120)
  return now >= due ? { state: 'due', date: dayText(due) } : { state: 'done', date: latest.date }
}

function latestOf(given: readonly GivenDose[]): GivenDose | undefined {
  return given.toSorted((one, other) => (other.time ?? 0) - (one.time ?? 0))[0]
}

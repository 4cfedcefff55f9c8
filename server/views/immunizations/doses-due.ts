import type { ScheduledDose, Series } from './child-schedule.ts'
import { addMonths, dayText, grace } from './months.ts'

/** A dose that counts against a disease. */
export interface GivenDose {
  /** As the record writes it. */
  date: string | undefined
  /** In ms. */
  time: number | undefined
  /** CVX codes. */
  codes: readonly string[]
}

/** What is to say about one dose of the schedule. Dates are days, `done` as the record writes it. */
export type DoseState =
  | { state: 'done'; date: string | undefined }
  | { state: 'due' | 'late' | 'coming'; date: string }
  /** Fewer doses are enough, or the child is too old for it. */
  | { state: 'notNeeded' }

export interface StatedDose {
  number: number
  scheduled: ScheduledDose
  state: DoseState
}

/** The doses of one series for a child: born at `birth`, in ms. */
export function stateDoses(
  series: Series,
  given: readonly GivenDose[],
  { birth, now }: { birth: number; now: number },
): StatedDose[] {
  const isFrom = (time: number | undefined, months: number) =>
    time === undefined || time >= addMonths(birth, months) - grace
  const counted = given
    .filter(({ time }) => countsByAge(series, time, birth))
    .toSorted((one, other) => (one.time ?? 0) - (other.time ?? 0))
  const [first] = counted
  const variant = series.variants?.find(({ codes, firstFrom }) =>
    firstFrom === undefined
      ? counted.length > 0 && counted.every((dose) => dose.codes.some((code) => codes?.includes(code)))
      : isFrom(first?.time ?? now, firstFrom),
  )
  const scheduled = variant?.doses ?? series.doses
  const isEnough = series.enough?.some(
    ({ doses, firstFrom = 0, lastFrom }) =>
      counted.length >= doses && isFrom(first?.time, firstFrom) && isFrom(counted.at(-1)?.time, lastFrom),
  )
  const isTooOld = series.notFrom !== undefined && now >= addMonths(birth, series.notFrom)
  const stateOf = (dose: ScheduledDose, index: number): DoseState => {
    const isLast = index === scheduled.length - 1
    const found = isLast
      ? counted.slice(index).find(({ time }) => isFrom(time, series.lastFrom ?? 0))
      : counted[index]
    if (found) return { state: 'done', date: found.date }
    if (isEnough || isTooOld) return { state: 'notNeeded' }
    return whenDue(dose, { birth, before: counted[index - 1]?.time, now })
  }
  return scheduled.map((dose, index) => ({
    number: index + 1,
    scheduled: dose,
    state: stateOf(dose, index),
  }))
}

/** A dose without date counts for the vaccines of small children alone. */
function countsByAge({ countsFrom, countsUntil }: Series, time: number | undefined, birth: number): boolean {
  if (time === undefined) return (countsFrom ?? 0) < 24
  if (countsFrom !== undefined && time < addMonths(birth, countsFrom) - grace) return false
  return countsUntil === undefined || time < addMonths(birth, countsUntil)
}

function whenDue(
  { from, to, after }: ScheduledDose,
  { birth, before, now }: { birth: number; before: number | undefined; now: number },
): DoseState {
  const byAge = addMonths(birth, from)
  const byInterval = before === undefined || after === undefined ? byAge : addMonths(before, after)
  const due = Math.max(byAge, byInterval)
  const late = Math.max(addMonths(birth, to + 1), byInterval > byAge ? addMonths(due, 1) : 0)
  if (now >= late) return { state: 'late', date: dayText(late) }
  return { state: now >= due ? 'due' : 'coming', date: dayText(due) }
}

import type { EntryOf } from '../entries/entries.ts'
import { byNewest } from '../entries/entry.ts'
import { counts } from './history.ts'

type Report = EntryOf<'DiagnosticReport'>
type Observation = EntryOf<'Observation'>

/** Results that belong together. */
export interface ResultGroup {
  id: string
  /** What names them: a report, or an Observation that has others as its members. Undefined for single results of a day. */
  report: Report | Observation | undefined
  date: string | undefined
  time: number | undefined
  observations: readonly Observation[]
  /** How many Observations the report lists that are not here. */
  missing: number
}

/** Kinds of Observations that pages of their own show, or that are no results. */
const elsewhere = new Set(['vital-signs', 'social-history', 'survey', 'sdoh', 'activity', 'therapy'])

/** Whether an Observation stands among the results also when no report lists it. */
export function isOfLaboratory(categories: readonly string[]): boolean {
  return categories.includes('laboratory') || !categories.some((each) => elsewhere.has(each))
}

/** Each Observation once: in its report, under the Observation whose member it is, or with others of its day. */
export function groupResults(
  reports: readonly Report[],
  observations: readonly Observation[],
): ResultGroup[] {
  const byId = new Map(observations.filter(counts).map((entry) => [entry.id, entry]))
  const taken = new Set<string>()
  const groups = [
    ...reports
      .filter(counts)
      .toSorted(byIssue)
      .flatMap((report) => groupOfReport(report, byId, taken)),
    ...observations.flatMap((entry) => groupOfMembers(entry, byId, taken)),
  ]
  const single = observations.filter(
    (entry) => byId.has(entry.id) && !taken.has(entry.id) && isOfLaboratory(entry.categories),
  )
  return [...groups, ...groupByDay(single)].sort(byNewest)
}

/** Of a preliminary and a final report on the same results, the one that was issued last shows them. */
function byIssue(one: Report, other: Report): number {
  return Date.parse(other.issued ?? '') - Date.parse(one.issued ?? '') || byNewest(one, other)
}

function groupOfReport(
  report: Report,
  byId: ReadonlyMap<string, Observation>,
  taken: Set<string>,
): ResultGroup[] {
  const wanted = [...new Set(report.results)]
  const members = take(wanted, byId, taken)
  const missing = wanted.filter((id) => !byId.has(id)).length
  const saysMore = report.conclusion !== undefined || report.attachments.length > 0
  // All that it lists stands in a later report.
  if (members.length === 0 && wanted.length > missing && !saysMore) return []
  return [
    {
      id: `report-${report.id}`,
      report,
      date: report.date,
      time: report.time,
      observations: members,
      missing,
    },
  ]
}

function groupOfMembers(
  entry: Observation,
  byId: ReadonlyMap<string, Observation>,
  taken: Set<string>,
): ResultGroup[] {
  if (entry.members.length === 0 || !byId.has(entry.id) || taken.has(entry.id)) return []
  if (!isOfLaboratory(entry.categories)) return []
  const observations = take([entry.id], byId, taken)
  return [
    { id: `panel-${entry.id}`, report: entry, date: entry.date, time: entry.time, observations, missing: 0 },
  ]
}

/** A panel of panels is no deeper. What lies deeper stands alone. */
const deepest = 5

/** The Observations and their members, each once. One that only holds its members together is not shown beside them. */
function take(
  ids: readonly string[],
  byId: ReadonlyMap<string, Observation>,
  taken: Set<string>,
  depth = 0,
): Observation[] {
  if (depth > deepest) return []
  return ids.flatMap((id) => {
    const entry = byId.get(id)
    if (entry === undefined || taken.has(id)) return []
    taken.add(id)
    const members = take(entry.members, byId, taken, depth + 1)
    const isShell = members.length > 0 && entry.value === undefined && entry.components.length === 0
    return isShell ? members : [entry, ...members]
  })
}

function groupByDay(observations: readonly Observation[]): ResultGroup[] {
  const days = new Map<string, Observation[]>()
  for (const entry of observations) {
    const day = entry.date?.slice(0, 10) ?? ''
    const known = days.get(day)
    if (known) known.push(entry)
    else days.set(day, [entry])
  }
  return [...days].map(([day, members]) => ({
    id: `day-${day}`,
    report: undefined,
    date: day === '' ? undefined : day,
    time: members[0]?.time,
    observations: members,
    missing: 0,
  }))
}

import { z } from 'zod'
import { clinicalNameOf } from './concept.ts'
import type { EntryOf } from './entries/entries.ts'
import { byNewest } from './entries/entry.ts'
import { definePage, type Reading } from './page.ts'
import { nameOf } from './plain-name.ts'
import { counts, historyOf } from './results/history.ts'
import { groupResults, isOfLaboratory, type ResultGroup } from './results/result-groups.ts'
import { type ResultLine, resultLine } from './results/result-line.ts'
import { statusText } from './results/status-text.ts'
import { testKeyOf } from './results/test-key.ts'

/** Groups on a page. */
const pageSize = 20

/** A panel with its results, one report, or what stands alone on a day. */
export interface ResultPanel {
  id: string
  /** Undefined for results of a day that belong to no report. */
  name: string | undefined
  clinical: string | undefined
  date: string | undefined
  performer: string | undefined
  status: string | undefined
  conclusion: string | undefined
  /** The report to which a document belongs, or that is one. */
  document: string | undefined
  results: readonly ResultLine[]
  /** How many results the report lists that are not in the record. */
  missing: number
}

/** Panels and single results, the newest first, twenty at a time. `find` keeps those whose name has these letters. */
export const resultsPage = definePage({
  types: ['DiagnosticReport', 'Observation'],
  query: z.object({
    find: z.string().trim().max(100).default(''),
    page: z.coerce.number().int().min(1).max(10_000).default(1),
  }),
  view({ DiagnosticReport: reports, Observation: observations }, reading, { find, page: wanted }) {
    const history = historyOf(observations)
    const groups = groupResults(reports, observations)
    const found = find === '' ? groups : findIn(groups, find, reading)
    // An address may be older than the record: what lies behind the last page is the last page.
    const page = Math.min(wanted, Math.max(1, Math.ceil(found.length / pageSize)))
    const shown = found.slice((page - 1) * pageSize, page * pageSize)
    return {
      panels: shown.map(
        ({ report, id, date, observations: members, missing }): ResultPanel => ({
          ...describe(report, members, reading),
          id,
          date,
          results: members.map((entry) => resultLine(entry, history, reading)),
          missing,
        }),
      ),
      page,
      first: (page - 1) * pageSize + 1,
      total: found.length,
      all: groups.length,
      hasMore: found.length > page * pageSize,
      tests: testsIn(groups, reading),
      notCounted: notCounted(reports, observations, reading),
    }
  },
})

function describe(report: ResultGroup['report'], members: ResultGroup['observations'], reading: Reading) {
  const name = report && nameOfPanel(report, members, reading)
  return {
    name: report && (name?.name ?? reading.words('shared.unnamed')),
    clinical: name?.clinical,
    performer: report?.performer,
    status: statusText(report?.status, reading),
    conclusion: report && 'conclusion' in report ? report.conclusion : undefined,
    document: report && 'attachments' in report && report.attachments.length > 0 ? report.id : undefined,
  }
}

/** A panel of several results that has the code of one of them is more than that one: the record's own words name it. */
function nameOfPanel(
  { what }: NonNullable<ResultGroup['report']>,
  members: ResultGroup['observations'],
  { language }: Reading,
) {
  const key = testKeyOf(what)
  const isOneOfThem = members.length > 1 && members.some((entry) => testKeyOf(entry.what) === key)
  const clinical = isOneOfThem ? clinicalNameOf(what) : undefined
  return clinical === undefined ? nameOf(what, language) : { name: clinical, clinical: undefined }
}

/** A panel whose own name fits stays whole; of others the results that fit. */
function findIn(groups: readonly ResultGroup[], find: string, { language }: Reading): ResultGroup[] {
  const wanted = fold(find)
  // A record has thousands of results and some dozens of names.
  const known = new Map<string, boolean>()
  const fits = ({ what }: Pick<EntryOf<'Observation'>, 'what'>) => {
    const key = `${testKeyOf(what)} ${clinicalNameOf(what)}`
    const name = known.has(key) ? undefined : nameOf(what, language)
    const isFound = known.get(key) ?? fold(`${name?.name ?? ''} ${name?.clinical ?? ''}`).includes(wanted)
    known.set(key, isFound)
    return isFound
  }
  return groups.flatMap((group) => {
    if (group.report && fits(group.report)) return [group]
    const observations = group.observations.filter((entry) => fits(entry) || entry.components.some(fits))
    return observations.length === 0 ? [] : [{ ...group, observations }]
  })
}

/** Letters without accents and case. */
function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

/** Of the names that the filter offers. */
const mostTests = 300

/** The tests of this record by name, for the filter and for the way to a chart. */
function testsIn(
  groups: readonly ResultGroup[],
  { language }: Reading,
): Array<{ test: string; name: string }> {
  const names = new Map<string, string>()
  for (const { observations } of groups)
    for (const { what } of observations) {
      const test = testKeyOf(what)
      if (test === undefined || names.has(test) || names.size >= mostTests) continue
      const name = nameOf(what, language)?.name
      if (name !== undefined) names.set(test, name)
    }
  return [...names]
    .map(([test, name]) => ({ test, name }))
    .sort((one, other) => one.name.localeCompare(other.name, language))
}

const mostNotCounted = 200

/** What was cancelled or entered by mistake: said, with its name, and never with a value. */
function notCounted(
  reports: ReadonlyArray<EntryOf<'DiagnosticReport'>>,
  observations: ReadonlyArray<EntryOf<'Observation'>>,
  reading: Reading,
) {
  const discarded = [
    ...reports.filter((report) => !counts(report)),
    ...observations.filter((entry) => !counts(entry) && isOfLaboratory(entry.categories)),
  ].sort(byNewest)
  return discarded.slice(0, mostNotCounted).map((entry) => {
    const name = nameOf(entry.what, reading.language)
    return {
      id: `${entry.type}-${entry.id}`,
      name: name?.name ?? reading.words('shared.unnamed'),
      clinical: name?.clinical,
      date: entry.date,
      status: statusText(entry.status, reading),
    }
  })
}

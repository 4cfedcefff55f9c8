import { z } from 'zod'
import type { EntryOf } from './entries/entries.ts'
import { definePage, type Reading } from './page.ts'
import { nameOf } from './plain-name.ts'
import { counts, measuresOf } from './results/history.ts'
import { numberIn } from './results/range.ts'
import { seriesOf } from './results/series.ts'
import { testKeyOf } from './results/test-key.ts'

/** Tests that are laid over each other at most. More lines cannot be shown apart. */
const mostTests = 4

const codeText = z.string().min(1).max(220)

/** All values of one test, or of several that are laid over each other. */
export const resultTestPage = definePage({
  types: ['Observation'],
  query: z.object({
    code: z
      .union([codeText.transform((code) => [code]), z.array(codeText).max(mostTests)])
      .default([])
      .transform((codes) => [...new Set(codes)]),
  }),
  view({ Observation: observations }, reading, { code: codes }) {
    return {
      tests: codes.map((code) => ({
        code,
        about: aboutOf(code, observations, reading),
        ...namesOf(code, observations, reading),
        // A result with parts is drawn by its parts: both numbers of a blood pressure.
        series: [code, ...partsOf(code, observations)].flatMap((key) => {
          const series = seriesOf([key], observations, reading)
          return series && series.points.length > 0 ? [series] : []
        }),
      })),
      others: otherTests(codes, observations, reading),
      most: mostTests,
    }
  },
})

type Observation = EntryOf<'Observation'>

/** A code stands for other parts at most so often. */
const mostParts = 6

function partsOf(code: string, observations: readonly Observation[]): string[] {
  const parts = observations
    .filter((entry) => counts(entry) && testKeyOf(entry.what) === code)
    .flatMap(({ components }) => components.flatMap(({ what }) => testKeyOf(what) ?? []))
  return [...new Set(parts)].filter((key) => key !== code).slice(0, mostParts)
}

function whatOf(code: string, observations: readonly Observation[]) {
  for (const entry of observations)
    for (const { what } of measuresOf(entry)) if (testKeyOf(what) === code) return what
  return undefined
}

function namesOf(code: string, observations: readonly Observation[], { language, words }: Reading) {
  const what = whatOf(code, observations)
  const name = what && nameOf(what, language)
  return { name: name?.name ?? words('shared.unnamed'), clinical: name?.clinical }
}

function aboutOf(code: string, observations: readonly Observation[], { language }: Reading) {
  const what = whatOf(code, observations)
  return what && nameOf(what, language)?.about
}

/** Of the names that are offered. */
const mostOthers = 300

/** Tests of this record with numbers, which can be laid over these. */
function otherTests(
  codes: readonly string[],
  observations: readonly Observation[],
  { language }: Reading,
): Array<{ test: string; name: string }> {
  const names = new Map<string, string>()
  for (const entry of observations.filter(counts)) {
    const test = testKeyOf(entry.what)
    const isDrawn = measuresOf(entry).some((measured) => numberIn(measured) !== undefined)
    if (test === undefined || !isDrawn || names.has(test) || codes.includes(test)) continue
    const name = nameOf(entry.what, language)?.name
    if (name !== undefined && names.size < mostOthers) names.set(test, name)
  }
  return [...names]
    .map(([test, name]) => ({ test, name }))
    .sort((one, other) => one.name.localeCompare(other.name, language))
}

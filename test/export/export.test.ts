import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { exportRecords } from '#server/export/export.ts'
import { observation, openImport, patient } from '../import/open-import.ts'

async function readLines(folder: string, name: string): Promise<Array<{ id: string }>> {
  const text = gunzipSync(await readFile(join(folder, name))).toString()
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

test('an export holds every record of the practice once, and imports again as it was', async () => {
  await using app = await openImport()
  const many = Array.from({ length: 1203 }, (_, index) => observation(`o${index}`, index % 2 ? 'mia' : 'leo'))
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
  const outcome = await exportRecords({ records: app.records }, { practiceId: app.practice.id, folder })
  // The practice has its own Organization.
  assert.deepEqual(outcome.files, {
    'Observation.ndjson.gz': 1203,
    'Organization.ndjson.gz': 1,
    'Patient.ndjson.gz': 2,
    'Provenance.ndjson.gz': 1,
  })
  assert.deepEqual((await readdir(folder)).sort(), Object.keys(outcome.files))
  const ids = (await readLines(folder, 'Observation.ndjson.gz')).map(({ id }) => id)
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
  assert.deepEqual(Object.keys(files), ['Organization.ndjson.gz'])
})

test('a folder with something in it is left alone, but what a stop left behind is replaced', async () => {
  await using app = await openImport()
  const options = { practiceId: app.practice.id, folder: app.folder }
  await writeFile(join(app.folder, 'Patient.ndjson.gz.part'), 'half')
  await exportRecords({ records: app.records }, options)
  assert.ok(!(await readdir(app.folder)).includes('Patient.ndjson.gz.part'))
  await assert.rejects(exportRecords({ records: app.records }, options), /is not empty/)
})

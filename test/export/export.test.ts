import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Resource } from 'fhir/r4'
import { exportRecords } from '#server/export/export.ts'
import { observation, openImport, patient } from '../import/open-import.ts'
import { decimal, numbersOf } from '../support/decimals.ts'

type App = Awaited<ReturnType<typeof openImport>>

const exporter = ({ records, clock }: App) => ({ records, clock })

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
    const aboutGroup = { ...observation('group', 'mia'), subject: { reference: 'Group/cohort' } }
    const aboutBoth = {
      resourceType: 'Provenance',
      id: 'both',
      target: [{ reference: 'Patient/mia' }, { reference: 'Patient/leo' }],
      recorded: '2024-01-01T00:00:00Z',
      agent: [{ who: { display: 'x' } }],
    }
    await app.addFile(
      'in.ndjson',
      [patient('mia'), patient('leo'), ...many, aboutGroup, aboutBoth]
        .map((each) => JSON.stringify(each))
        .join('\n'),
    )
    await app.run()
    const folder = join(app.folder, 'out')
    const outcome = await exportRecords(exporter(app), { practiceId: app.practice.id, folder, gzip })
    // The practice has its own Organization.
    assert.deepEqual(outcome.files, {
      [`Observation.${ending}`]: 1204,
      [`Organization.${ending}`]: 1,
      [`Patient.${ending}`]: 2,
      [`Provenance.${ending}`]: 1,
    })
    assert.deepEqual((await readdir(folder)).sort(), Object.keys(outcome.files))
    const ids = (await readLines(folder, `Observation.${ending}`)).map(({ id }) => id)
    assert.equal(new Set(ids).size, 1204)

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
  const { files } = await exportRecords(exporter(app), { practiceId: app.practice.id, folder })
  assert.deepEqual(Object.keys(files), ['Organization.ndjson'])
})

/** More than an export writes between two of its states, of several types and patients. */
async function writeMany(app: App): Promise<number> {
  const resources: object[] = ['leo', 'mia', 'zoe'].flatMap((id) => [
    patient(id),
    ...Array.from({ length: 4000 }, (_, index) => ({
      ...observation(`${id}-${index}`, id),
      ...(index % 3 === 0 ? { resourceType: 'Condition', status: undefined } : {}),
    })),
  ])
  const { rejected } = await app.records.write(
    resources.map((each) => ({ practiceId: app.practice.id, resource: each as Resource })),
  )
  assert.deepEqual(rejected, [])
  // The practice has its own Organization.
  return resources.length + 1
}

const stop = new Error('stopped')

/** An export that stops after some records. */
async function exportUntil(app: App, folder: string, records: number, gzip = false): Promise<void> {
  const options = { practiceId: app.practice.id, folder, gzip }
  const onProgress = (count: number) => {
    if (count >= records) throw stop
  }
  await assert.rejects(exportRecords(exporter(app), { ...options, onProgress }), stop)
}

async function readFolder(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort()
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  const read = async (name: string) => [name, digest(await readFile(join(folder, name)))]
  return Object.fromEntries(await Promise.all(names.map(read)))
}

test('an export that was stopped goes on, and its files are those of an undisturbed one', async () => {
  await using app = await openImport()
  const total = await writeMany(app)
  for (const gzip of [false, true]) {
    const options = { practiceId: app.practice.id, gzip }
    const whole = join(app.folder, `whole-${gzip}`)
    const undisturbed = await exportRecords(exporter(app), { ...options, folder: whole })
    assert.deepEqual([undisturbed.records, undisturbed.kept], [total, 0])
    const folder = join(app.folder, `stopped-${gzip}`)
    for (const records of [400, 6000, 7000, 11_500]) await exportUntil(app, folder, records, gzip)
    assert.ok((await readdir(folder)).every((name) => name.endsWith('.part')))
    const seen: number[] = []
    const onProgress = (count: number) => seen.push(count)
    const last = await exportRecords(exporter(app), { ...options, folder, onProgress })
    assert.deepEqual(last, { ...undisturbed, kept: 10_000 })
    assert.equal(seen[0], 10_500)
    assert.deepEqual(await readFolder(folder), await readFolder(whole))
    await using other = await openImport()
    const again = await other.run(folder)
    assert.deepEqual([again.created, again.rejected], [total, 0])
  }
})

test('an export says that records changed since it began', async () => {
  await using app = await openImport()
  await writeMany(app)
  const changes: Array<() => Promise<unknown>> = [
    () => app.records.write([{ practiceId: app.practice.id, resource: { ...patient('new') } as Resource }]),
    () =>
      app.records.write([
        { practiceId: app.practice.id, resource: { ...patient('leo'), gender: 'male' } as Resource },
      ]),
    () => app.records.transact(app.practice.id, (transaction) => transaction.remove('Condition', 'leo-0')),
  ]
  for (const [index, change] of changes.entries()) {
    const options = { practiceId: app.practice.id, folder: join(app.folder, `out-${index}`) }
    await exportUntil(app, options.folder, 6000)
    app.clock.forward(1)
    await change()
    const { changedMeanwhile } = await exportRecords(exporter(app), options)
    assert.ok(changedMeanwhile, String(change))
    app.clock.forward(1)
    const folder = `${options.folder}-again`
    assert.equal((await exportRecords(exporter(app), { ...options, folder })).changedMeanwhile, false)
  }
})

test('a stop while the files get their names is made good', async () => {
  await using app = await openImport()
  const options = { practiceId: app.practice.id, folder: join(app.folder, 'out') }
  const { records } = app
  const failing = {
    records: { walk: records.walk, countKept: () => Promise.reject(stop) },
    clock: app.clock,
  }
  await app.addFile(
    'in.ndjson',
    [patient('mia'), observation('o', 'mia')].map((each) => JSON.stringify(each)).join('\n'),
  )
  await app.run()
  await assert.rejects(exportRecords(failing, options), stop)
  await rename(join(options.folder, 'Patient.ndjson.part'), join(options.folder, 'Patient.ndjson'))
  const { files } = await exportRecords(exporter(app), options)
  assert.deepEqual((await readdir(options.folder)).sort(), Object.keys(files))
  assert.equal((await readLines(options.folder, 'Patient.ndjson')).length, 1)
})

test('a folder with anything else in it is left alone, with words that say what to do', async () => {
  await using app = await openImport()
  await writeMany(app)
  const practiceId = app.practice.id
  const names = async (folder: string) => (await readdir(folder)).sort()
  const refuses = async (folder: string, words: RegExp, more: object = {}) => {
    const before = await readFolder(folder)
    await assert.rejects(exportRecords(exporter(app), { practiceId, folder, ...more }), words)
    assert.deepEqual(await readFolder(folder), before)
  }
  const other = join(app.folder, 'other')
  await mkdir(other)
  await writeFile(join(other, 'Patient.ndjson.part'), 'of somebody')
  await refuses(other, /is not empty, .* Name a new folder, or empty this one/)
  const stopped = join(app.folder, 'stopped')
  await exportUntil(app, stopped, 6000)
  await refuses(stopped, /an export without --gzip .* go on without --gzip/, { gzip: true })
  await refuses(stopped, /of the practice prac_\w+ that was stopped/, { practiceId: 'prac_other' })
  const statePath = join(stopped, 'export-state.json.part')
  const state = await readFile(statePath, 'utf8')
  // Whoever started this test is running.
  await writeFile(statePath, state.replace(/"pid":\d+/, `"pid":${process.ppid}`))
  await refuses(stopped, /is being written by an export in the process \d+\. Wait for its end/)
  await writeFile(statePath, state)
  await writeFile(join(stopped, 'notes.txt'), 'mine')
  await refuses(stopped, /and notes\.txt, which is not of it\. Take that file away to go on/)
  await rm(join(stopped, 'notes.txt'))
  await truncate(join(stopped, 'Observation.ndjson.part'), 100)
  await refuses(stopped, /of its file Observation\.ndjson\.part \d+ bytes are missing/)
  const done = join(app.folder, 'done')
  await exportRecords(exporter(app), { practiceId, folder: done })
  await refuses(done, /is not empty/)
  assert.ok(!(await names(done)).some((name) => name.endsWith('.part')))
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
  await exportRecords(exporter(app), { practiceId: app.practice.id, folder, gzip: true })
  await using other = await openImport()
  assert.equal((await other.run(folder)).rejected, 0)
  const again = join(other.folder, 'again')
  await exportRecords(exporter(other), { practiceId: other.practice.id, folder: again })
  const textsOf = async (file: string) =>
    (await readRecordTexts(file)).map((text) => text.replace(/"meta":{[^}]*},?/, ''))
  const [first, second] = await Promise.all([
    textsOf(join(folder, 'Observation.ndjson.gz')),
    textsOf(join(again, 'Observation.ndjson')),
  ])
  assert.deepEqual(second, first)
  assert.deepEqual(first.flatMap(numbersOf).toSorted(), values.toSorted())
})

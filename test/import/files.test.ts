import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { observation, openImport, patient, transaction } from './open-import.ts'

const lines = (...resources: object[]) => resources.map((resource) => JSON.stringify(resource)).join('\n')

test('NDJSON is read line by line, in batches, and a bad line is told by its number', async () => {
  await using app = await openImport()
  const many = Array.from({ length: 1234 }, (_, index) => observation(`o${index}`, 'mia'))
  const path = await app.addFile(
    'all.ndjson',
    `${lines(patient('mia'), ...many)}\n{"resourceType":"Observation"\n\n{"no":"type"}\n${lines(observation('last', 'mia'))}\n`,
  )
  const outcome = await app.run()
  assert.equal(outcome.created, 1236)
  assert.deepEqual(
    outcome.problems.map(({ file, place }) => [file, place]),
    [
      [path, 'line 1236'],
      [path, 'line 1238'],
    ],
  )
  assert.equal(await app.count('Observation'), 1235)
})

test('compressed files, byte order marks, Windows line ends and Bundles in lines are read', async () => {
  await using app = await openImport()
  await app.addFile('a.ndjson.gz', lines(patient('a')))
  await app.addFile('b.json.gz', patient('b'))
  await app.addFile('c.json', `\ufeff${JSON.stringify(patient('c'))}`)
  await app.addFile('d.ndjson', `${JSON.stringify(patient('d'))}\r\n${JSON.stringify(patient('e'))}\r\n`)
  await app.addFile('f.ndjson', lines(transaction({ resource: patient('f') })))
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.rejected, outcome.files], [6, 0, 5])
})

test('folders are searched to the bottom, other files are left alone', async () => {
  await using app = await openImport()
  await mkdir(join(app.folder, 'deep', 'er'), { recursive: true })
  await writeFile(join(app.folder, 'deep', 'er', 'one.json'), JSON.stringify(patient('mia')))
  await app.addFile('notes.txt', 'not for us')
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.files], [1, 1])
})

test('a file that is no JSON, no FHIR, XML, empty, or cut off is told, and the others are imported', async () => {
  await using app = await openImport()
  await app.addFile('1-broken.json', '{"resourceType":"Patient"')
  await app.addFile('2-xml.json', '<Patient xmlns="http://hl7.org/fhir"/>')
  await app.addFile('3-empty.json', '')
  await app.addFile('4-list.json', [patient('x')])
  await app.addFile('5-unknown.json', { resourceType: 'Spaceship', id: 'x' })
  await writeFile(join(app.folder, '6-cut.ndjson.gz'), gzipSync(lines(patient('cut'))).subarray(0, 30))
  await app.addFile('7-message.json', { resourceType: 'Bundle', type: 'message', entry: [] })
  await app.addFile('8-good.json', patient('mia'))
  const outcome = await app.run()
  assert.equal(outcome.created, 1)
  assert.equal(outcome.rejected, 7)
  assert.deepEqual(
    outcome.problems.map(({ file }) => file.slice(app.folder.length + 1, app.folder.length + 2)),
    ['1', '2', '3', '4', '5', '6', '7'],
  )
  for (const { reason } of outcome.problems) assert.ok(reason.length > 20)
})

test('what a message quotes of a broken file is never its content', async () => {
  await using app = await openImport()
  await app.addFile('a.json', '{"resourceType":"Patient","name":[{"family":"Hidalgo"}],}')
  await app.addFile('b.ndjson', '{"resourceType":"Patient","name":[{"family":"Hidalgo"}],}\n')
  assert.doesNotMatch(JSON.stringify((await app.run()).problems), /Hidalgo/)
})

test('a path that does not exist, or a folder with nothing to import, is refused before anything is written', async () => {
  await using app = await openImport()
  const good = await app.addFile('good.json', patient('mia'))
  await assert.rejects(app.run(good, join(app.folder, 'missing')), /no file or folder .*missing/)
  assert.equal(await app.count('Patient'), 0)
  await mkdir(join(app.folder, 'empty'))
  await assert.rejects(app.run(join(app.folder, 'empty')), /has no \.json/)
})

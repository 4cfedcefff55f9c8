import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { observation, openImport, patient, transaction } from './open-import.ts'

const lines = (...resources: object[]) => resources.map((resource) => JSON.stringify(resource)).join('\n')

test('NDJSON is read line by line, in batches, and a bad line is reported by its number', async () => {
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

test('a file that is no JSON, no FHIR, XML, empty, or cut off is reported, and the others are imported', async () => {
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

test('a character that some take for a line end is part of its line', async () => {
  await using app = await openImport()
  const name = 'A\u2028B\u2029C'
  await app.addFile('a.ndjson', lines({ ...patient('mia'), name: [{ family: name }] }, patient('leo')))
  assert.deepEqual((await app.run()).created, 2)
  assert.deepEqual((await app.read('Patient', 'mia'))?.name, [{ family: name }])
})

test('text that is not UTF-8 is refused instead of stored with broken letters', async () => {
  await using app = await openImport()
  const latin = Buffer.from(JSON.stringify({ ...patient('mia'), name: [{ family: 'Jörg' }] }), 'latin1')
  await writeFile(join(app.folder, 'a.json'), latin)
  await writeFile(
    join(app.folder, 'b.ndjson'),
    Buffer.concat([latin, Buffer.from(`\n${lines(patient('leo'))}`)]),
  )
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.rejected], [1, 2])
  for (const { reason } of outcome.problems) assert.match(reason, /UTF-8/)
})

test('a compressed file may begin with a byte order mark, too', async () => {
  await using app = await openImport()
  await app.addFile('a.ndjson.gz', `\ufeff${lines(patient('mia'))}`)
  assert.equal((await app.run()).created, 1)
})

test('a resource nested too deeply for the stack is reported, and the others are imported', async () => {
  await using app = await openImport()
  const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
  const text = (id: string) => `{"resourceType":"Patient"${id},"extension":${deep}}`
  await app.addFile('a.ndjson', `${text(',"id":"deep"')}\n${text('')}\n${lines(patient('mia'))}`)
  const entries = `[{"resource":${text(',"id":"deep"')}}]`
  await app.addFile('b.json', `{"resourceType":"Bundle","type":"transaction","entry":${entries}}`)
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.rejected], [1, 3])
  for (const { reason } of outcome.problems) assert.match(reason, /nested too deeply/)
})

test('a link to a file in a folder is followed', async () => {
  await using app = await openImport()
  await mkdir(join(app.folder, 'in'))
  await symlink(await app.addFile('mia.json', patient('mia')), join(app.folder, 'in', 'link.json'))
  assert.equal((await app.run(join(app.folder, 'in'))).created, 1)
})

test('a Bundle that holds old versions, or whose entries are no list, is refused', async () => {
  await using app = await openImport()
  await app.addFile('a.json', {
    ...transaction({ resource: patient('old'), request: { method: 'PUT', url: 'Patient/old' } }),
    type: 'history',
  })
  await app.addFile('b.json', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: { resource: patient('x') },
  })
  const { created, rejected, problems } = await app.run()
  assert.deepEqual([created, rejected], [0, 2])
  assert.match(problems[0]?.reason ?? '', /type "history" is not imported/)
})

test('progress goes up to all files and all records, and never back', async () => {
  await using app = await openImport()
  const many = Array.from({ length: 1200 }, (_, index) => observation(`o${index}`, 'mia'))
  await app.addFile('a.ndjson', lines(...many))
  await app.addFile('b.json', patient('mia'))
  const seen: number[][] = []
  await app.runTelling(({ filesDone, filesTotal, records }) => seen.push([filesDone, filesTotal, records]))
  assert.deepEqual(seen.at(-1), [2, 2, 1201])
  assert.ok(seen.length >= 4)
  for (const [index, [done = 0, , records = 0]] of seen.entries()) {
    const [before = 0, , recordsBefore = 0] = seen[index - 1] ?? []
    assert.ok(done >= before && records >= recordsBefore)
  }
})

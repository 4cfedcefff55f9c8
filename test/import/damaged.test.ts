import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { createMoments } from '../operations/random-moments.ts'
import { entry, observation, openImport, patient, transaction } from './open-import.ts'

const many = Array.from({ length: 2000 }, (_, index) => observation(`o${index}`, 'mia'))
const text = (...resources: object[]) => resources.map((each) => `${JSON.stringify(each)}\n`).join('')

/** Bytes that do not compress, so that what is cut off is a known share of the lines. */
const noisy = (() => {
  const next = createMoments(7)
  const note = () => Array.from({ length: 60 }, () => Math.floor(next() * 36).toString(36)).join('')
  return many.map((each) => ({ ...each, note: [{ text: note() }] }))
})()

test('of a compressed file that is cut off, every line before the cut is imported and the cut is reported', async () => {
  await using app = await openImport()
  const whole = gzipSync(text(patient('mia'), ...noisy))
  const path = join(app.folder, 'cut.ndjson.gz')
  await writeFile(path, whole.subarray(0, Math.floor(whole.length * 0.7)))
  const good = await app.addFile('good.json', patient('leo'))
  const { created, rejected, problems } = await app.run(path, good)
  // What the compressor had begun and not finished is at most 32 kB of text.
  assert.ok(created > 1200 && created < 1600, String(created))
  assert.equal(await app.count('Observation'), created - 2)
  assert.equal(rejected, 1)
  assert.deepEqual([problems[0]?.file, problems[0]?.place], [path, undefined])
  assert.match(problems[0]?.reason ?? '', /cannot be read to its end: unexpected end of file/)
  await writeFile(path, whole)
  const again = await app.run(path, good)
  assert.deepEqual([again.created + again.unchanged, again.updated, again.rejected], [2002, 0, 0])
  assert.equal(await app.count('Observation'), 2000)
})

test('of a compressed file with a wrong byte in it, the lines before it are imported and the fault is reported', async () => {
  await using app = await openImport()
  const bytes = gzipSync(text(patient('mia'), ...noisy))
  const checksum = bytes.length - 8
  bytes[checksum] = (bytes[checksum] ?? 0) ^ 0xff
  await writeFile(join(app.folder, 'a.ndjson.gz'), bytes)
  const { created, rejected, problems } = await app.run()
  // zlib gives what it has unpacked in pieces of 16 kB, the last of which it keeps to itself when it finds the fault.
  assert.ok(created >= 1950 && created <= 2001, String(created))
  assert.equal(rejected, 1)
  assert.match(problems[0]?.reason ?? '', /cannot be read to its end: incorrect data check/)
})

test('a last line without its end is reported with its number', async () => {
  await using app = await openImport()
  const whole = text(patient('mia'), observation('a', 'mia'), observation('b', 'mia'))
  const path = await app.addFile('a.ndjson', whole.slice(0, -20))
  const { created, problems } = await app.run()
  assert.equal(created, 2)
  assert.deepEqual(
    problems.map(({ file, place }) => [file, place]),
    [[path, 'line 3']],
  )
})

test('broken letters and broken lines anywhere take no good line with them', async () => {
  const next = createMoments(99)
  await using app = await openImport()
  const bad = new Set(Array.from({ length: 40 }, () => 1 + Math.floor(next() * 1999)))
  const breakers = [
    (line: Buffer) => line.subarray(0, line.length - 5),
    (line: Buffer) => Buffer.concat([line.subarray(0, 40), Buffer.from([0xff, 0xc3]), line.subarray(40)]),
    () => Buffer.from('\u0000\u0001garbage'),
    () => Buffer.from('{"resourceType":"Patient","id":"not allowed: spaces"}'),
    () => Buffer.from('"a text"'),
    () => Buffer.from('null'),
  ]
  const lines = [patient('mia'), ...many].map((resource, index) => {
    const line = Buffer.from(JSON.stringify(resource))
    return bad.has(index) ? (breakers[index % breakers.length]?.(line) ?? line) : line
  })
  const path = join(app.folder, 'a.ndjson')
  await writeFile(path, Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])))
  const { created, rejected, problems } = await app.run()
  assert.deepEqual([created, rejected], [2001 - bad.size, bad.size])
  const reported = problems.map(({ place }) => Number(place?.replace('line ', '')) - 1)
  assert.deepEqual(
    reported.sort((one, other) => one - other),
    [...bad].sort((one, other) => one - other),
  )
})

test('a Bundle with one bad entry: a batch loses that entry alone, a transaction is left out and says which it was', async () => {
  await using app = await openImport()
  const entries = [entry(patient('mia')), entry({ resourceType: 'Condition', id: 'nobody' })]
  const batch = await app.addFile('a.json', { ...transaction(...entries), type: 'batch' })
  const { created, problems } = await app.run(batch)
  assert.equal(created, 1)
  assert.deepEqual(
    problems.map(({ place, reference }) => [place, reference]),
    [['entry 2', 'Condition/nobody']],
  )
  const whole = await app.addFile('b.json', transaction(entry(patient('leo')), ...entries.slice(1)))
  const second = await app.run(whole)
  assert.deepEqual([second.created, second.rejected], [0, 2])
  assert.deepEqual(
    [second.problems[0]?.place, second.problems[0]?.reference],
    ['entry 2', 'Condition/nobody'],
  )
  assert.equal(await app.read('Patient', 'leo'), undefined)
})

test('files that are no FHIR at all are reported, whatever their name says, and an empty file of lines has none', async () => {
  await using app = await openImport()
  const next = createMoments(3)
  const bytes = Buffer.from(Array.from({ length: 5000 }, () => Math.floor(next() * 256)))
  await writeFile(join(app.folder, 'a.json'), bytes)
  await writeFile(join(app.folder, 'b.json.gz'), Buffer.concat([Buffer.from([0x1f, 0x8b]), bytes]))
  await app.addFile('c.json', '<html><body>Sign in</body></html>')
  await app.addFile('d.json', { name: 'package', version: '1.0.0' })
  await app.addFile('e.json.gz', '')
  await app.addFile('f.ndjson', '')
  await writeFile(join(app.folder, 'g.ndjson.gz'), '')
  await app.addFile('h.json', patient('mia'))
  const { created, rejected, problems } = await app.run()
  const reported = problems.map(({ file }) => file.slice(app.folder.length + 1, app.folder.length + 2))
  assert.deepEqual([created, reported.join('')], [1, 'abcde'])
  assert.equal(rejected, 5)
})

test('a name that an object has twice is reported with its place, and a part of a record is no record', async () => {
  await using app = await openImport()
  const line = JSON.stringify(patient('mia'))
  const part = {
    ...patient('leo'),
    meta: {
      tag: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }],
    },
  }
  const lines = [
    line,
    line.replace('"id":"mia"', '"id":"eva","name":[{"family":"A","family":"B"}]'),
    JSON.stringify(part),
  ]
  const { created, problems } = await app.run(await app.addFile('a.ndjson', lines.join('\n')))
  assert.equal(created, 1)
  assert.deepEqual(
    problems.map(({ place }) => place),
    ['line 2', 'line 3'],
  )
  assert.match(String(problems[0]?.reason), /name/)
  assert.match(String(problems[1]?.reason), /SUBSETTED/)
})

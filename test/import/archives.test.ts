import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type ImportProblem, type ImportProgress, importRecords } from '#server/import/import.ts'
import { openCommandLine } from '../cli/run-onpatient.ts'
import { makeZip } from './make-zip.ts'
import { observation, openImport, patient } from './open-import.ts'

const lines = (...resources: object[]) => resources.map((resource) => JSON.stringify(resource)).join('\n')

test('the files of an archive are imported where they lie, also those that refer to later ones', async () => {
  await using app = await openImport()
  const path = join(app.folder, 'export.zip')
  writeFileSync(
    path,
    makeZip([
      {
        name: 'records/Observation.ndjson',
        content: lines(observation('o1', 'mia'), observation('o2', 'mia')),
      },
      { name: 'records/Patient.ndjson.gz', content: gzipSync(lines(patient('mia'))) },
      { name: 'one.json', content: JSON.stringify(patient('kim')) },
      { name: 'readme.txt', content: 'not a record' },
      { name: '__MACOSX/one.json', content: 'a shadow' },
      { name: 'bad.ndjson', content: '{"resourceType":"Observation"' },
      { name: 'secret.json', content: '{}', isEncrypted: true },
    ]),
  )
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.files], [4, 5])
  assert.deepEqual(
    outcome.problems.map(({ file, place }) => [file, place]),
    [
      [`${path}/bad.ndjson`, 'line 1'],
      [`${path}/secret.json`, undefined],
    ],
  )
  assert.match(outcome.problems[1]?.reason ?? '', /encrypted/)
  const again = await app.run()
  assert.deepEqual([again.created, again.unchanged], [0, 4])
})

test('a damaged or empty archive is reported, and the others are imported', async () => {
  await using app = await openImport()
  const whole = makeZip([{ name: 'a.ndjson', content: lines(patient('a'), patient('b')) }])
  writeFileSync(join(app.folder, 'cut.zip'), whole.subarray(0, whole.length - 10))
  writeFileSync(join(app.folder, 'text.zip'), 'no archive')
  writeFileSync(join(app.folder, 'nothing.zip'), makeZip([{ name: 'notes.txt', content: 'x' }]))
  const spoilt = Buffer.from(whole)
  spoilt.fill(0xff, 45, 60)
  writeFileSync(join(app.folder, 'spoilt.zip'), spoilt)
  writeFileSync(join(app.folder, 'zz.zip'), whole)
  const outcome = await app.run()
  assert.equal(outcome.created, 2)
  const files = outcome.problems.map(({ file }) => file.slice(app.folder.length + 1)).toSorted()
  assert.deepEqual(files, ['cut.zip', 'nothing.zip', 'spoilt.zip/a.ndjson', 'text.zip'])
})

test('everything that was not imported is reported one by one, though the outcome keeps only the first', async () => {
  await using app = await openImport()
  const bad = Array.from({ length: 250 }, () => '{"no":"type"}').join('\n')
  await app.addFile('bad.ndjson', bad)
  const reported: ImportProblem[] = []
  const outcome = await importRecords(
    { records: app.records },
    { practiceId: app.practice.id, paths: [app.folder], onProblem: (problem) => reported.push(problem) },
  )
  assert.deepEqual([outcome.rejected, outcome.problems.length, reported.length], [250, 100, 250])
  assert.equal(reported[249]?.place, 'line 250')
})

test('progress tells bytes of bytes, of which there are never more than all', async () => {
  await using app = await openImport()
  const many = Array.from({ length: 3000 }, (_, index) => observation(`o${index}`, 'mia'))
  await app.addFile('a.ndjson', lines(...many))
  await app.addFile('b.ndjson.gz', lines(patient('mia')))
  const seen: ImportProgress[] = []
  await app.runTelling((progress) => seen.push({ ...progress }))
  const shares = seen.map(({ bytesDone, bytesTotal }) => bytesDone / bytesTotal)
  assert.ok(
    shares.some((share) => share > 0.1 && share < 0.9),
    'something between',
  )
  assert.equal(Math.max(...shares), 1)
  assert.deepEqual(
    shares.toSorted((a, b) => a - b),
    shares,
  )
})

test('the command writes a report with every problem, and does not overwrite one', async () => {
  await using cli = await openCommandLine()
  await cli.run(
    'account',
    'create',
    '--email',
    'dr@elm.example',
    '--password',
    'nine quiet lanterns',
    '--practice',
    'Elm',
  )
  writeFileSync(join(cli.folder, 'bad.ndjson'), `${lines(patient('mia'))}\n${'{"no":"type"}\n'.repeat(130)}`)
  const { code, stdout } = await cli.run('import', 'bad.ndjson', '--report', 'report.ndjson', '--json')
  assert.equal(code, 1)
  assert.equal(JSON.parse(stdout).rejected, 130)
  const report = readFileSync(join(cli.folder, 'report.ndjson'), 'utf8').trimEnd().split('\n')
  assert.equal(report.length, 130)
  assert.equal(JSON.parse(report[129] ?? '').place, 'line 131')
  const again = await cli.run('import', 'bad.ndjson', '--report', 'report.ndjson')
  assert.equal(again.code, 1)
  assert.match(again.stderr, /report\.ndjson exists already/)
  // Ids of another practice are no problem, and a change that whoever imports has to know.
  const as = (email: string, practice: string) => ['--email', email, '--practice', practice]
  const made = await cli.run(
    ...['account', 'create', ...as('dr@oak.example', 'Oak')],
    ...['--password', 'nine quiet lanterns', '--json'],
  )
  const { practice } = JSON.parse(made.stdout)
  writeFileSync(join(cli.folder, 'oak.ndjson'), `${lines(patient('mia'))}\n`)
  const oak = await cli.run(
    ...['import', 'oak.ndjson', '--practice', practice.id ?? practice, '--report', 'oak-report.ndjson'],
  )
  assert.match(oak.stdout, /1 is kept under another id.*--report FILE lists it/)
  const line = JSON.parse(readFileSync(join(cli.folder, 'oak-report.ndjson'), 'utf8'))
  assert.equal(line.reference, 'Patient/mia')
  assert.match(line.keptAs, /^Patient\/[0-9a-f]{32}$/)
})

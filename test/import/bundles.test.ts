import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entry, observation, openImport, patient, transaction } from './open-import.ts'

const npi = 'http://hl7.org/fhir/sid/us-npi'

test('references inside a transaction come out as Type/id, whatever the order of its entries', async () => {
  await using app = await openImport()
  const urn = 'urn:uuid:0a1b2c3d-0000-4000-8000-000000000001'
  const doctor = 'urn:uuid:0a1b2c3d-0000-4000-8000-000000000002'
  await app.addFile(
    'one.json',
    transaction(
      entry(
        { ...observation('o1', ''), subject: { reference: urn }, performer: [{ reference: doctor }] },
        'urn:uuid:x',
      ),
      entry(patient('mia'), urn),
      entry({ resourceType: 'Practitioner', name: [{ family: 'Quill' }] }, doctor),
    ),
  )
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.rejected], [3, 0])
  const stored = await app.read('Observation', 'o1')
  assert.deepEqual(stored?.subject, { reference: 'Patient/mia' })
  assert.deepEqual(stored?.performer, [{ reference: 'Practitioner/0a1b2c3d-0000-4000-8000-000000000002' }])
})

test('an attachment that is an entry of the same Bundle comes out as its address', async () => {
  await using app = await openImport()
  const file = 'urn:uuid:0a1b2c3d-0000-4000-8000-000000000003'
  const attachments = [{ url: file }, { url: 'https://files.example.org/1' }]
  await app.addFile(
    'one.json',
    transaction(
      entry({
        resourceType: 'DocumentReference',
        id: 'd1',
        status: 'current',
        subject: { reference: 'Patient/mia' },
        content: attachments.map((attachment) => ({ attachment })),
      }),
      entry({ resourceType: 'Binary', contentType: 'text/plain', data: 'aGFsbG8=' }, file),
      entry(patient('mia')),
    ),
  )
  assert.equal((await app.run()).rejected, 0)
  const stored = await app.read('DocumentReference', 'd1')
  assert.deepEqual(stored?.content, [
    { attachment: { url: 'Binary/0a1b2c3d-0000-4000-8000-000000000003' } },
    { attachment: { url: 'https://files.example.org/1' } },
  ])
})

test('a conditional reference finds the record by identifier: in the Bundle, in an earlier file, in the practice', async () => {
  await using app = await openImport()
  const doctor = (id: string, value: string) => ({
    resourceType: 'Practitioner',
    id,
    identifier: [{ system: npi, value }],
  })
  const seenBy = (id: string, value: string) => ({
    ...observation(id, 'mia'),
    performer: [{ reference: `Practitioner?identifier=${npi}|${value}` }],
  })
  await app.addFile('0.json', doctor('earlier-import', '1'))
  await app.run()
  await app.addFile('1.json', transaction(entry(doctor('earlier-file', '2')), entry(patient('mia'))))
  await app.addFile(
    '2.json',
    transaction(
      entry(doctor('same-bundle', '3')),
      ...['1', '2', '3'].map((value) => entry(seenBy(`o${value}`, value))),
    ),
  )
  assert.equal((await app.run()).rejected, 0)
  for (const [id, doctorId] of [
    ['o1', 'earlier-import'],
    ['o2', 'earlier-file'],
    ['o3', 'same-bundle'],
  ] as const)
    assert.deepEqual((await app.read('Observation', id))?.performer, [
      { reference: `Practitioner/${doctorId}` },
    ])
})

test('a transaction that refers to what is not there is left out as a whole, with the reason', async () => {
  await using app = await openImport()
  const path = await app.addFile(
    'bad.json',
    transaction(
      entry(patient('mia')),
      entry({ ...observation('o1', 'mia'), performer: [{ reference: `Practitioner?identifier=${npi}|9` }] }),
      entry({ ...observation('o2', 'mia'), encounter: { reference: 'urn:uuid:nowhere' } }),
    ),
  )
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.rejected], [0, 3])
  assert.equal(await app.count('Patient'), 0)
  const reported = outcome.problems
    .map(({ file, place, reference, reason }) => `${file} ${place} ${reference} ${reason}`)
    .join('\n')
  assert.match(reported, new RegExp(`${path} entry 2 Observation/o1 .*Practitioner\\?identifier=`))
  assert.match(reported, /Observation\/o2 .*urn:uuid:nowhere/)
})

test('a transaction with one bad record writes nothing, a collection writes the rest', async () => {
  await using app = await openImport()
  const entries = [
    entry(patient('mia')),
    entry(observation('bad id!', 'mia')),
    entry(observation('o1', 'mia')),
  ]
  const first = await app.addFile('t.json', transaction(...entries))
  const whole = await app.run(first)
  assert.deepEqual([whole.created, whole.rejected, await app.count('Patient')], [0, 3, 0])
  const second = await app.addFile('c.json', { ...transaction(...entries), type: 'collection' })
  const each = await app.run(second)
  assert.deepEqual([each.created, each.rejected], [2, 1])
  assert.match(each.problems[0]?.reason ?? '', /id is not 1 to 64/)
})

test('a conditional create takes the record that is there', async () => {
  await using app = await openImport()
  const clinic = (id: string) => ({
    resourceType: 'Organization',
    id,
    identifier: [{ system: npi, value: '77' }],
  })
  await app.run(await app.addFile('a.json', clinic('first')))
  const before = await app.count('Organization')
  const path = await app.addFile(
    'b.json',
    transaction(
      entry(clinic('second'), 'urn:uuid:org', { method: 'POST', ifNoneExist: `identifier=${npi}|77` }),
      entry({ ...patient('mia'), managingOrganization: { reference: 'urn:uuid:org' } }),
    ),
  )
  assert.equal((await app.run(path)).created, 1)
  assert.equal(await app.count('Organization'), before)
  assert.deepEqual((await app.read('Patient', 'mia'))?.managingOrganization, {
    reference: 'Organization/first',
  })
})

test('a repeated import changes nothing; a changed record gets a new version', async () => {
  await using app = await openImport()
  const withoutIds = transaction(
    entry(patient('mia')),
    entry({ ...observation('x', 'mia'), id: undefined }),
    entry({ ...observation('x', 'mia'), id: undefined }, 'urn:uuid:0a1b2c3d-0000-4000-8000-000000000009'),
  )
  const path = await app.addFile('one.json', withoutIds)
  assert.equal((await app.run(path)).created, 3)
  assert.deepEqual(pick(await app.run(path)), [0, 0, 3])
  await app.addFile('one.json', transaction(entry({ ...patient('mia'), birthDate: '1990-01-01' })))
  assert.deepEqual(pick(await app.run(path)), [0, 1, 0])
  const meta = (await app.read('Patient', 'mia'))?.meta as { versionId?: string } | undefined
  assert.equal(meta?.versionId, '2')
})

function pick(outcome: { created: number; updated: number; unchanged: number }): number[] {
  return [outcome.created, outcome.updated, outcome.unchanged]
}

test('a deletion or an entry without a resource is reported and not imported', async () => {
  await using app = await openImport()
  await app.addFile('one.json', {
    ...transaction({ request: { method: 'DELETE', url: 'Patient/mia' } }, {}, entry(patient('mia'))),
    type: 'batch',
  })
  const outcome = await app.run()
  assert.equal(outcome.created, 1)
  assert.deepEqual(
    outcome.problems.map(({ place }) => place),
    ['entry 1', 'entry 2'],
  )
})

test('another practice keeps its record: the same id becomes one of the own, again and again, and references follow', async () => {
  await using app = await openImport()
  await app.records.write([{ practiceId: app.practice.id, resource: { resourceType: 'Patient', id: 'mia' } }])
  await app.store.db
    .insertInto('practice')
    .values({ id: 'prac_other', name: 'Oak', kind: 'practice', organization_id: 'o', created_at: 0 })
    .execute()
  const { importRecords } = await import('#server/import/import.ts')
  const referring = {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: 'Patient/mia' },
  }
  const paths = [
    // What refers comes first, in a file of its own.
    await app.addFile('a.json', transaction(entry(referring))),
    await app.addFile('b.json', transaction(entry(patient('mia')))),
  ]
  const renames: object[] = []
  const run = () =>
    importRecords(
      { records: app.records },
      { practiceId: 'prac_other', paths, onRename: (each) => renames.push(each) },
    )
  const outcome = await run()
  assert.deepEqual([outcome.created, outcome.updated, outcome.rejected], [2, 0, 0])
  const kept = await app.store.db
    .selectFrom('record')
    .select(['type', 'id', 'content', 'patient_id'])
    .where('practice_id', '=', 'prac_other')
    .orderBy('type')
    .execute()
  const [observation, mia] = kept
  assert.notEqual(mia?.id, 'mia')
  assert.deepEqual([observation?.id, observation?.patient_id], ['o', mia?.id])
  assert.equal(JSON.parse(observation?.content ?? '{}').subject.reference, `Patient/${mia?.id}`)
  const { file, place } = { file: paths[1], place: 'entry 1' }
  assert.deepEqual(renames, [{ file, place, reference: 'Patient/mia', keptAs: `Patient/${mia?.id}` }])
  const again = await run()
  assert.deepEqual([again.unchanged, again.renamed], [2, 1])
})

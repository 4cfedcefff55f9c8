import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entry, observation, openImport, patient, transaction } from './open-import.ts'

const npi = 'http://hl7.org/fhir/sid/us-npi'

const doctor = (id: string | undefined, value: string) => ({
  resourceType: 'Practitioner',
  id,
  identifier: [{ system: npi, value }],
})

const seenBy = (id: string, value: string) => ({
  ...observation(id, 'mia'),
  performer: [{ reference: `Practitioner?identifier=${npi}|${value}` }],
})

const lines = (...resources: object[]) => resources.map((resource) => JSON.stringify(resource)).join('\n')

test('files may come in any order: what refers to a later file is imported after it', async () => {
  await using app = await openImport()
  await app.addFile('1-mia.json', transaction(entry(patient('mia')), entry(seenBy('o1', '1'))))
  await app.addFile('2-observations.ndjson', lines(seenBy('o2', '1'), observation('o3', 'mia')))
  await app.addFile('3-roles.json', {
    ...transaction(
      entry({
        resourceType: 'PractitionerRole',
        id: 'role',
        practitioner: { reference: `Practitioner?identifier=${npi}|1` },
        organization: { reference: `Organization?identifier=${npi}|clinic` },
      }),
      entry(doctor('dr-quill', '1')),
    ),
    type: 'batch',
  })
  await app.addFile('4-clinic.json', {
    resourceType: 'Organization',
    id: 'clinic',
    identifier: [{ system: npi, value: 'clinic' }],
  })
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.rejected, outcome.problems], [7, 0, []])
  for (const id of ['o1', 'o2'])
    assert.deepEqual((await app.read('Observation', id))?.performer, [{ reference: 'Practitioner/dr-quill' }])
  const role = await app.read('PractitionerRole', 'role')
  assert.deepEqual(role?.organization, { reference: 'Organization/clinic' })
  const again = await app.run()
  assert.deepEqual([again.created, again.updated, again.unchanged], [0, 0, 7])
})

test('what waits for a record that never comes is reported once, and the others are imported', async () => {
  await using app = await openImport()
  const path = await app.addFile(
    'all.ndjson',
    lines(seenBy('o1', '9'), patient('mia'), observation('o2', 'mia')),
  )
  await app.addFile('some.json', {
    ...transaction(entry(seenBy('o3', '9')), entry(observation('o4', 'mia'))),
    type: 'collection',
  })
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.rejected], [3, 2])
  assert.deepEqual(
    outcome.problems.map(({ place, reference }) => [place, reference]),
    [
      ['line 1', 'Observation/o1'],
      ['entry 1', 'Observation/o3'],
    ],
  )
  assert.equal(outcome.problems[0]?.file, path)
  assert.match(outcome.problems[0]?.reason ?? '', /Practitioner\?identifier=.*Import the Practitioner/)
  assert.equal(await app.read('Observation', 'o1'), undefined)
})

test('a line may not refer to urn:uuid, which means nothing outside a Bundle', async () => {
  await using app = await openImport()
  await app.addFile(
    'all.ndjson',
    lines({ ...observation('o1', 'mia'), encounter: { reference: 'urn:uuid:1' } }),
  )
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.rejected], [0, 1])
})

test('an identifier that several records have, or another search than by identifier, is refused', async () => {
  await using app = await openImport()
  await app.run(await app.addFile('a.ndjson', lines(doctor('one', '1'), doctor('two', '1'))))
  const byName = { ...observation('o2', 'mia'), performer: [{ reference: 'Practitioner?name=Quill' }] }
  const ofPatient = { ...observation('o3', 'mia'), subject: { reference: 'Patient?identifier=5' } }
  const path = await app.addFile('b.ndjson', lines(seenBy('o1', '1'), byName, ofPatient))
  const { created, problems } = await app.run(path)
  assert.equal(created, 0)
  const [several, search, elsewhere] = problems.map(({ reason }) => reason)
  assert.match(several ?? '', /2 records match/)
  assert.match(search ?? '', /only identifier=/)
  assert.match(elsewhere ?? '', /only looked up in the same Bundle/)
})

test('an identifier is found with its system, without one, and by value alone', async () => {
  await using app = await openImport()
  await app.run(
    await app.addFile(
      'a.ndjson',
      lines(doctor('npi', '1'), {
        resourceType: 'Practitioner',
        id: 'plain',
        identifier: [{ value: 'a|b' }, { value: '2' }],
      }),
    ),
  )
  const find = async (text: string) => {
    const reference = `Practitioner?identifier=${text}`
    const resource = { ...observation('o', 'mia'), performer: [{ reference }] }
    const { rejected } = await app.run(await app.addFile('o.json', resource))
    const stored = rejected === 0 ? await app.read('Observation', 'o') : undefined
    return (stored?.performer as unknown as Array<{ reference: string }> | undefined)?.[0]?.reference
  }
  assert.equal(await find(`${npi}|1`), 'Practitioner/npi')
  assert.equal(await find(encodeURIComponent(`${npi}|1`)), 'Practitioner/npi')
  assert.equal(await find('1'), 'Practitioner/npi')
  assert.equal(await find('|2'), 'Practitioner/plain')
  assert.equal(await find('|1'), undefined)
  assert.equal(await find('a|b'), undefined)
})

test('a refused record is not found by its identifier', async () => {
  await using app = await openImport()
  await app.addFile('1.ndjson', lines(seenBy('o1', 'never'), doctor('bad id!', '1')))
  await app.addFile('2.ndjson', lines(seenBy('o2', '1')))
  const outcome = await app.run()
  assert.deepEqual([outcome.created, outcome.rejected], [0, 3])
})

test('a resource without id keeps the id it got: it is found by references and unchanged the next time', async () => {
  await using app = await openImport()
  await app.addFile('1.ndjson', lines(doctor(undefined, '1'), patient('mia')))
  await app.addFile('2.ndjson', lines(seenBy('o1', '1')))
  assert.equal((await app.run()).created, 3)
  const stored = JSON.stringify(await app.read('Observation', 'o1'))
  const id = /"Practitioner\/([^"]+)"/.exec(stored)?.[1] ?? ''
  assert.equal((await app.read('Practitioner', id))?.id, id)
  assert.equal((await app.run()).unchanged, 3)
})

test('a PUT names the record: by its address, or by a condition', async () => {
  await using app = await openImport()
  await app.run(await app.addFile('a.json', doctor('dr-quill', '1')))
  const put = (resource: object, url: string) => entry(resource, undefined, { method: 'PUT', url })
  const path = await app.addFile(
    'b.json',
    transaction(
      put({ ...patient('x'), id: undefined }, 'Patient/mia'),
      put({ ...doctor(undefined, '1'), active: true }, `Practitioner?identifier=${npi}|1`),
    ),
  )
  const outcome = await app.run(path)
  assert.deepEqual([outcome.created, outcome.updated, outcome.rejected], [1, 1, 0])
  assert.ok(await app.read('Patient', 'mia'))
  assert.equal((await app.read('Practitioner', 'dr-quill'))?.active, true)
  const wrong = await app.addFile('c.json', transaction(put(patient('x'), 'Patient/y')))
  assert.match((await app.run(wrong)).problems[0]?.reason ?? '', /puts Patient\/x to Patient\/y/)
})

test('a Provenance in a file before its target is about the patient of the target', async () => {
  await using app = await openImport()
  await app.addFile(
    'a-provenance.ndjson',
    lines({
      resourceType: 'Provenance',
      id: 'pr',
      target: [{ reference: 'Observation/o1' }],
      recorded: '2020-01-01T00:00:00Z',
      agent: [{ who: { display: 'Elm Street' } }],
    }),
  )
  await app.addFile('observation.ndjson', lines(observation('o1', 'mia')))
  await app.run()
  const own = { patientIds: ['mia'], practiceIds: [] }
  assert.ok(await app.records.read(own, 'Provenance', 'pr'))
  assert.equal((await app.run()).unchanged, 2)
})

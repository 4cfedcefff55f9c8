import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CapabilityStatement } from 'fhir/r4'
import { type Bundle, base, idsOf, linkOf, openFamily, search } from './r4-family.ts'
import { about, patient } from './seeded-api.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** The family, with a reading of Bob's that Ada took, and a record that only names her. */
async function openCompartments() {
  const api = await openFamily()
  await api.write(
    'oak',
    {
      resourceType: 'Observation',
      id: 'taken',
      status: 'final',
      code: { text: 'taken at home' },
      subject: about('bob'),
      performer: [about('ada')],
    },
    { resourceType: 'Appointment', id: 'visit', status: 'booked', participant: [{ actor: about('ada') }] },
    { resourceType: 'Coverage', id: 'plan', beneficiary: about('bob'), subscriber: about('ada') },
  )
  return api
}

async function walk(api: Awaited<ReturnType<typeof openFamily>>, path: string, token: string) {
  const addresses: string[] = []
  for (let url: string | undefined = path; url; ) {
    const page: Bundle = await search(api, url, token)
    addresses.push(...(page.entry ?? []).map(({ resource }) => `${resource.resourceType}/${resource.id}`))
    url = linkOf(page, 'next')
  }
  return addresses
}

test('a search in the compartment of a patient finds what names the patient in the ways of the standard', async () => {
  await using api = await openCompartments()
  const cases: Array<[string, string[]]> = [
    ['Patient/ada/Observation', ['o1', 'o2', 'taken']],
    ['Patient/bob/Observation', ['o3', 'taken']],
    ['Patient/ada/Observation?category=laboratory', ['o1']],
    ['Patient/ada/Observation?date=ge2024-04', ['o2']],
    ['Patient/ada/Observation?patient=bob', ['taken']],
    ['Patient/ada/Observation?performer:Patient.name=low', ['taken']],
    ['Patient/ada/Immunization', ['i1', 'i2']],
    ['Patient/ada/Appointment', ['visit']],
    ['Patient/bob/Appointment', []],
    ['Patient/ada/Coverage', ['plan']],
    ['Patient/ada/Patient', ['ada']],
    ['Patient/ada/Condition', []],
    ['Patient/nobody/Observation', []],
  ]
  for (const [path, ids] of cases) {
    const found = await search(api, path, api.doctor)
    assert.deepEqual(idsOf(found).toSorted(), ids, path)
    assert.equal(found.total, ids.length, path)
    const [address = '', query = ''] = path.split('?')
    const sent = { method: 'POST', path: `${base}/${address}/_search`, token: api.doctor } as const
    const posted = await api.send({ ...sent, body: query, headers: form })
    assert.deepEqual(idsOf(posted.json as unknown as Bundle).toSorted(), ids, `POST ${path}`)
  }
  assert.deepEqual(idsOf(await search(api, 'Patient/ada/Observation', api.ada)).toSorted(), ['o1', 'o2'])
  const first = await search(api, 'Patient/ada/Observation?_sort=-date&_count=1', api.doctor)
  assert.deepEqual(idsOf(first), ['o2'])
  assert.match(linkOf(first, 'self') ?? '', /\/fhir\/r4\/Patient\/ada\/Observation\?_sort=-date/)
  assert.deepEqual(await walk(api, linkOf(first, 'next') ?? '', api.doctor), [
    'Observation/o1',
    'Observation/taken',
  ])
  const included = await search(api, 'Patient/ada/Immunization?_include=Immunization:performer', api.doctor)
  assert.deepEqual(idsOf(included, 'include'), ['doc'])
})

test('a compartment is searched as a whole, by parameters that all of its types have', async () => {
  await using api = await openCompartments()
  const all = await walk(api, 'Patient/ada/*?_count=2', api.doctor)
  const expected = [
    ...['Appointment/visit', 'Coverage/plan', 'Immunization/i1', 'Immunization/i2'],
    ...['Observation/o1', 'Observation/o2', 'Observation/taken', 'Patient/ada'],
  ]
  assert.deepEqual(all.toSorted(), expected)
  const some = await walk(api, 'Patient/ada/*?_type=Observation,Patient&_id=o1,ada', api.doctor)
  assert.deepEqual(some, ['Observation/o1', 'Patient/ada'])
  assert.equal((await search(api, 'Patient/ada/*?_summary=count', api.doctor)).total, expected.length)
  assert.deepEqual(await walk(api, 'Patient/nobody/*', api.doctor), [])
})

test('several types are searched at once, and what not all of them know is left out or refused', async () => {
  await using api = await openCompartments()
  const path = '?_type=Observation,Immunization&patient=ada'
  const found = ['Observation/o1', 'Observation/o2', 'Immunization/i1', 'Immunization/i2']
  assert.deepEqual((await walk(api, `${path}&_count=1`, api.doctor)).toSorted(), found.toSorted())
  const first = await search(api, `${path}&_total=accurate&_count=3`, api.doctor)
  assert.deepEqual([first.total, first.entry?.length], [4, 3])
  assert.equal((await search(api, `${path}&_count=0`, api.doctor)).total, 4)
  const sent = { method: 'POST', path: `${base}/_search`, token: api.ada, headers: form } as const
  const posted = await api.send({ ...sent, body: path.slice(1) })
  assert.deepEqual(idsOf(posted.json as unknown as Bundle).toSorted(), ['i1', 'i2', 'o1', 'o2'])
  const lenient = await search(api, '?_type=Observation,Immunization&category=laboratory', api.ada)
  assert.equal(idsOf(lenient).length, 4)
  assert.match(JSON.stringify(lenient.entry?.at(-1)), /Immunization has no search parameter .*category/)
  assert.doesNotMatch(linkOf(lenient, 'self') ?? '', /category/)
  const strict = { prefer: 'handling=strict' }
  const cases: Array<[string, number, RegExp]> = [
    ['?_type=Observation,Immunization&category=laboratory', 400, /category/],
    ['', 400, /_type=Observation,Condition/],
    ['?_id=o1', 400, /_type/],
    ['?_type=Spaceship', 400, /Spaceship/],
    ['?_type=Observation&_sort=date', 400, /_sort is not answered over several types/],
    ['?_type=Observation&_include=Observation:patient', 400, /_include/],
    ['Patient/ada/Spaceship', 404, /Spaceship is not a type/],
    ['Patient/ada/Practitioner', 404, /not among the types of a patient's compartment/],
    ['Patient/a%20b/Observation', 404, /no such address/],
    ['Observation/o1/Patient', 404, /no such address/],
    ['Patient/ada/Observation/o1', 404, /no such address/],
  ]
  for (const [wrong, status, words] of cases) {
    const answer = await api.get(`${base}${wrong.startsWith('?') ? '' : '/'}${wrong}`, api.doctor, strict)
    assert.equal(answer.status, status, `${wrong}: ${answer.text}`)
    assert.match(answer.text, words, wrong)
  }
  const { json } = await api.get(`${base}/metadata`)
  const [rest] = (json as unknown as CapabilityStatement).rest ?? []
  assert.ok(rest?.interaction?.some(({ code }) => code === 'search-system'))
  assert.deepEqual(rest?.compartment, ['http://hl7.org/fhir/CompartmentDefinition/patient'])
})

test('what is about a group, a device, a place or an identifier alone is kept by its practice and read by nobody else', async () => {
  await using api = await openFamily()
  await api.addPractice('elm')
  await api.write('elm', { ...patient('eve') })
  const { token: writer } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], {
    scopes: ['user/*.cruds'],
  })
  const { token: stranger } = await api.issueToken([{ role: 'provider', practiceId: 'elm' }])
  const observation = (id: string, subject: object, day: string) => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: 'lead' }] },
    subject,
    effectiveDateTime: day,
  })
  const put = (body: { resourceType: string; id: string }) =>
    api.send({ method: 'PUT', path: `${base}/${body.resourceType}/${body.id}`, token: writer, body })
  const subjects: Array<[string, object]> = [
    ['g', { reference: 'Group/cohort' }],
    ['d', { reference: 'Device/pump' }],
    ['l', { reference: 'Location/ward' }],
    ['n', { identifier: { system: 'urn:mrn', value: '7' } }],
    ['f', { reference: 'https://other.example/fhir/Group/1' }],
    ['t', { display: 'an oyster bed' }],
  ]
  for (const body of [
    { resourceType: 'Group', id: 'cohort', type: 'person', actual: true },
    { resourceType: 'Device', id: 'pump' },
    { resourceType: 'Location', id: 'ward', name: 'Ward' },
    ...subjects.map(([id, subject], at) => observation(id, subject, `2024-02-0${at + 1}`)),
  ])
    assert.equal((await put(body)).status, 201, body.id)
  const ids = ['d', 'f', 'g', 'l', 'n', 't']
  const both = ['d', 'f', 'g', 'l', 'n', 'o1', 'o2', 'o3', 't']
  const found = async (path: string, token = writer) => idsOf(await search(api, path, token))
  assert.deepEqual((await found('Observation')).sort(), both)
  assert.deepEqual(await found('Observation?_sort=-date'), ['o3', 'o2', 'o1', 't', 'f', 'n', 'l', 'd', 'g'])
  assert.deepEqual(await found('Observation?date=le2024-02-02&_sort=date'), ['g', 'd'])
  assert.deepEqual(await found('Observation?code=lead&_sort=date'), ['g', 'd', 'l', 'n', 'f', 't'])
  assert.deepEqual(await found('Observation?subject=Group/cohort'), ['g'])
  assert.deepEqual(await found('Observation?subject:identifier=urn:mrn|7'), ['n'])
  assert.deepEqual(await found('Observation?subject:Group.type=person'), ['g'])
  assert.deepEqual(await found('Group?_has:Observation:subject:code=lead'), ['cohort'])
  assert.equal((await search(api, 'Observation?_summary=count', writer)).total, both.length)
  const classic = await api.get('Observation', writer)
  assert.deepEqual(classic.json.results.map(({ id }) => id).sort(), both)
  for (const token of [api.ada, stranger]) {
    for (const id of ids) assert.equal((await api.get(`${base}/Observation/${id}`, token)).status, 404, id)
    assert.deepEqual(
      (await found('Observation', token)).filter((id) => ids.includes(id)),
      [],
    )
    assert.equal(
      (await search(api, 'Observation/_history', token)).entry?.some(({ resource }) =>
        ids.includes(resource.id),
      ) ?? false,
      false,
    )
  }
  // What it is about cannot be deleted under it.
  const removed = await api.send({ method: 'DELETE', path: `${base}/Group/cohort`, token: writer })
  assert.equal(removed.status, 409)
  // A correction moves it to the patient, and what it said before stays with the practice.
  assert.equal((await put(observation('g', about('ada'), '2024-02-01'))).status, 200)
  assert.equal((await api.get(`${base}/Observation/g`, api.ada)).status, 200)
  assert.equal((await api.get(`${base}/Observation/g/_history/1`, api.ada)).status, 404)
  assert.equal((await api.get(`${base}/Observation/g/_history/1`, writer)).status, 200)
  assert.equal((await put(observation('g', { reference: 'Group/cohort' }, '2024-02-01'))).status, 200)
  assert.equal((await api.get(`${base}/Observation/g`, api.ada)).status, 404)
  for (const id of ids)
    assert.equal(
      (await api.send({ method: 'DELETE', path: `${base}/Observation/${id}`, token: writer })).status,
      204,
    )
  assert.equal((await api.get(`${base}/Observation/d`, writer)).status, 410)
  assert.deepEqual((await found('Observation?_sort=date')).sort(), ['o1', 'o2', 'o3'])
  for (const subject of [
    { reference: 'urn:uuid:1' },
    { reference: 'https://other.example/fhir/Patient/1' },
    { reference: 'Patient?identifier=7' },
    { reference: '' },
    {},
  ])
    assert.equal((await put({ ...observation('x', {}, '2024-01-01'), subject } as never)).status, 422)
})

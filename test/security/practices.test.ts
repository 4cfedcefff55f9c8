import assert from 'node:assert/strict'
import { test } from 'node:test'
import { about, openSeededApi, patient, type Sent } from '../apis/seeded-api.ts'
import { recordStatements } from '../support/record-statements.ts'

const base = '/fhir/r4'

const observation = (id: string, patientId: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x' },
  subject: about(patientId),
  ...more,
})
const shared = (resourceType: string, id: string, word: string) => ({
  resourceType,
  id,
  ...(resourceType === 'Practitioner' ? { name: [{ family: word }] } : { name: word }),
  ...(resourceType === 'Questionnaire' ? { status: 'active' } : {}),
})

/** Oak attacks, elm is attacked. */
async function openTwo() {
  const api = await openSeededApi()
  for (const practice of ['oak', 'elm']) await api.addPractice(practice)
  await api.write('oak', patient('ada'))
  await api.write(
    'elm',
    patient('eve'),
    shared('Practitioner', 'doc', 'Zebra'),
    shared('Location', 'room', 'Zebra'),
    shared('Questionnaire', 'form', 'Zebra'),
    observation('eve-1', 'eve', { performer: [{ reference: 'Practitioner/doc' }] }),
  )
  const staff = async (practiceId: string, scopes = ['user/*.cruds']) =>
    (await api.issueToken([{ role: 'staff', practiceId }], { scopes })).token
  const oak = await staff('oak')
  const elm = await staff('elm')
  const { token: ada } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'ada' }])
  const { token: eve } = await api.issueToken([{ role: 'patient', practiceId: 'elm', patientId: 'eve' }])
  const send = (method: Sent['method'], path: string, body?: object | string, headers = {}, token = oak) =>
    api.send({ method, path: `${base}/${path}`, token, headers, ...(body === undefined ? {} : { body }) })
  const status = async (path: string, token: string) => (await api.get(`${base}/${path}`, token)).status
  return Object.assign(api, { oak, elm, ada, eve, staff, request: send, status })
}

const zebras = ['Practitioner/doc', 'Location/room', 'Questionnaire/form']

test('a text that looks like a reference is none: it opens no record of another practice', async () => {
  await using api = await openTwo()
  for (const [index, reference] of zebras.entries()) {
    const id = `o${index}`
    const texts = [
      {
        text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">"${reference}"</div>` },
      },
      { note: [{ text: reference }] },
      { identifier: [{ system: 'urn:x', value: reference }] },
      { extension: [{ url: 'http://x', valueUri: reference }] },
      { code: { text: reference } },
    ]
    for (const text of texts) {
      const first = await api.request('PUT', `Observation/${id}`, observation(id, 'ada', text))
      assert.ok(first.status < 300, first.text)
      for (const more of [
        { performer: [{ reference }] },
        { focus: [{ reference }] },
        { focus: [{ reference: `${reference}/_history/1` }] },
        { extension: [{ url: 'http://x', valueReference: { reference } }] },
        {
          contained: [
            {
              resourceType: 'Provenance',
              id: 'c',
              target: [{ reference }],
              recorded: '2024-01-01T00:00:00Z',
              agent: [{ who: { reference } }],
            },
          ],
        },
      ]) {
        const second = await api.request(
          'PUT',
          `Observation/${id}`,
          observation(id, 'ada', { ...text, ...more }),
        )
        assert.equal(second.status, 422, JSON.stringify(more))
      }
    }
    for (const token of [api.oak, api.ada]) assert.equal(await api.status(reference, token), 404)
  }
})

test('whatever a record of this practice names, by import too, another practice\u2019s record is not opened', async () => {
  await using api = await openTwo()
  const names = (id: string, reference: string) => [
    observation(id, 'ada', { performer: [{ reference }], focus: [{ reference }] }),
    {
      resourceType: 'QuestionnaireResponse',
      id: `q${id}`,
      status: 'completed',
      questionnaire: reference,
      subject: about('ada'),
      author: { reference },
    },
    {
      resourceType: 'DocumentReference',
      id: `d${id}`,
      status: 'current',
      subject: about('ada'),
      content: [{ attachment: { url: reference } }],
    },
    observation(`c${id}`, 'ada', {
      contained: [{ resourceType: 'PractitionerRole', id: 'c', practitioner: { reference } }],
    }),
    {
      resourceType: 'PractitionerRole',
      id: `r${id}`,
      practitioner: { reference },
      location: [{ reference }],
    },
  ]
  for (const [index, reference] of zebras.entries()) await api.write('oak', ...names(`o${index}`, reference))
  for (const reference of zebras)
    for (const token of [api.oak, api.ada]) assert.equal(await api.status(reference, token), 404)
  for (const search of [
    'Observation?_include=Observation:performer&_include=Observation:focus',
    'Practitioner',
    'Location',
    'Questionnaire',
    'Patient/ada/$everything',
  ])
    for (const token of [api.oak, api.ada]) {
      const { text } = await api.get(`${base}/${search}`, token)
      assert.doesNotMatch(text, /Zebra/, search)
    }
  for (const token of [api.oak, api.ada])
    assert.equal(
      (await api.get(`${base}/Observation?performer:Practitioner.name=Zebra`, token)).json.total,
      0,
    )
})

test('nobody appears in another practice\u2019s answers by taking an id that its records name', async () => {
  await using api = await openTwo()
  // As an import leaves them: what they name is not there yet.
  await api.write(
    'elm',
    observation('later', 'eve', {
      performer: [{ reference: 'Practitioner/new' }, { reference: 'PractitionerRole/role' }],
    }),
  )
  await api.request('PUT', 'Practitioner/new', shared('Practitioner', 'new', 'Mallory'))
  await api.request('PUT', 'PractitionerRole/role', {
    resourceType: 'PractitionerRole',
    id: 'role',
    practitioner: { reference: 'Practitioner/new' },
  })
  for (const token of [api.elm, api.eve]) {
    assert.equal(await api.status('Practitioner/new', token), 404)
    for (const search of [
      'Practitioner',
      'PractitionerRole',
      'Observation?_include=Observation:performer&_include:iterate=PractitionerRole:practitioner',
    ])
      assert.doesNotMatch((await api.get(`${base}/${search}`, token)).text, /Mallory/, search)
    assert.equal(
      (await api.get(`${base}/Observation?performer:Practitioner.name=Mallory`, token)).json.total,
      0,
    )
  }
  const { text } = await api.get(`/onpatient_api/fhir/Practitioner`, api.eve)
  assert.doesNotMatch(text, /Mallory/)
})

test('an id that another practice took hinders no write: it gets one of its own, and references follow', async () => {
  await using api = await openTwo()
  const entry = [
    { resource: shared('Practitioner', 'doc', 'Own'), request: { method: 'PUT', url: 'Practitioner/doc' } },
    { resource: patient('eve'), request: { method: 'PUT', url: 'Patient/eve' } },
    {
      resource: observation('eve-1', 'eve', { performer: [{ reference: 'Practitioner/doc' }] }),
      request: { method: 'PUT', url: 'Observation/eve-1' },
    },
  ]
  const put = async () => {
    const { status, json } = await api.request('POST', '', {
      resourceType: 'Bundle',
      type: 'transaction',
      entry,
    })
    assert.equal(status, 200)
    return (json.entry as Array<{ response: { status: string; location: string } }>).map(({ response }) => [
      response.status,
      /r4\/(\w+\/[\w-]+)\//.exec(response.location)?.[1] ?? '',
    ])
  }
  const first = await put()
  assert.deepEqual(
    first.map(([code]) => code),
    ['201', '201', '201'],
  )
  const [doc, eve, made] = first.map(([, address]) => address)
  assert.equal(
    [doc, eve, made].some((address) =>
      ['Practitioner/doc', 'Patient/eve', 'Observation/eve-1'].includes(String(address)),
    ),
    false,
  )
  const { json } = await api.get(`${base}/${made}`, api.oak)
  assert.deepEqual([json.subject, json.performer], [{ reference: eve }, [{ reference: doc }]])
  // The same again is the same, one by one too, and a deletion means the own record.
  assert.deepEqual(
    (await put()).map(([code, address]) => [code, address]),
    first.map(([, address]) => ['200', address]),
  )
  const alone = await api.request(
    'PUT',
    'Observation/eve-1',
    observation('eve-1', 'eve', { status: 'amended' }),
  )
  assert.deepEqual([alone.status, `Observation/${alone.json.id}`], [200, made])
  assert.equal((await api.request('DELETE', 'Observation/eve-1')).status, 204)
  assert.deepEqual(
    [await api.status(String(made), api.oak), await api.status('Observation/eve-1', api.elm)],
    [410, 200],
  )
  assert.match((await api.get(`${base}/Practitioner/doc`, api.elm)).text, /Zebra/)
})

test('an absent record and another practice\u2019s get the same answer by the same statements in every write', async () => {
  await using api = await openTwo()
  await api.request('PUT', 'Observation/own', observation('own', 'ada'))
  const changer = await api.staff('oak', ['user/*.u'])
  const provenance = (target: string) => ({
    resourceType: 'Provenance',
    target: [{ reference: target }],
    recorded: '2024-01-01T00:00:00Z',
    agent: [{ who: { display: 'x' } }],
  })
  const patchType = { 'content-type': 'application/json-patch+json' }
  const bundle = (resource: object, request: object) => ({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource, request }],
  })
  const post = (resource: { resourceType: string }) =>
    bundle(resource, { method: 'POST', url: resource.resourceType })
  type Way = (type: string, id: string) => Promise<{ status: number; text: string }>
  const ways: Record<string, { types: string[]; ask: Way }> = {
    'a subject': {
      types: ['Patient'],
      ask: (_, id) => api.request('POST', 'Observation', observation('x', id)),
    },
    'a subject in a transaction': {
      types: ['Patient'],
      ask: (_, id) => api.request('POST', '', post(observation('x', id))),
    },
    'a subject by who may only change': {
      types: ['Patient'],
      ask: (_, id) => api.request('PUT', 'Observation/own', observation('own', id), {}, changer),
    },
    'the target of a Provenance': {
      types: ['Patient', 'Observation', 'Practitioner'],
      ask: (type, id) => api.request('POST', 'Provenance', provenance(`${type}/${id}`)),
    },
    'a performer': {
      types: ['Practitioner', 'Patient'],
      ask: (type, id) =>
        api.request(
          'POST',
          'Observation',
          observation('x', 'ada', { performer: [{ reference: `${type}/${id}` }] }),
        ),
    },
    'a member': {
      types: ['Observation'],
      ask: (type, id) =>
        api.request(
          'POST',
          'Observation',
          observation('x', 'ada', { hasMember: [{ reference: `${type}/${id}` }] }),
        ),
    },
    'a conditional reference': {
      types: ['Patient'],
      ask: (_, id) =>
        api.request(
          'POST',
          '',
          post({ ...observation('x', 'ada'), subject: { reference: `Patient?_id=${id}` } } as never),
        ),
    },
    'a change by id': {
      types: ['Observation', 'Patient', 'Practitioner'],
      ask: (type, id) =>
        api.request(
          'PUT',
          `${type}/${id}`,
          {
            ...(type === 'Observation'
              ? observation(id, 'ada')
              : type === 'Patient'
                ? patient(id)
                : shared(type, id, 'x')),
          },
          {},
          changer,
        ),
    },
    'If-Match': {
      types: ['Observation'],
      ask: (type, id) => api.request('PUT', `${type}/${id}`, observation(id, 'ada'), { 'if-match': 'W/"1"' }),
    },
    'a patch': {
      types: ['Observation', 'Practitioner'],
      ask: (type, id) => api.request('PATCH', `${type}/${id}`, '[]', patchType),
    },
    'a deletion': {
      types: ['Observation', 'Practitioner'],
      ask: (type, id) => api.request('DELETE', `${type}/${id}`),
    },
    'a conditional patch': {
      types: ['Observation'],
      ask: (type, id) => api.request('PATCH', `${type}?_id=${id}`, '[]', patchType),
    },
    'a conditional deletion': {
      types: ['Observation'],
      ask: (type, id) => api.request('DELETE', `${type}?_id=${id}`),
    },
  }
  const ids: Record<string, string> = { Patient: 'eve', Observation: 'eve-1', Practitioner: 'doc' }
  for (const [name, { types, ask }] of Object.entries(ways))
    for (const type of types) {
      const said = async (id: string) => {
        const { result, statements } = await recordStatements(api.store.db, () => ask(type, id))
        const { status, text } = result
        assert.ok(statements.length > 0, name)
        const shown = text.replaceAll(`/${id}`, '/ID').replaceAll(`_id=${id}`, '_id=ID')
        return { status, shown: shown.replaceAll(/req_[\w-]+|[0-9a-f]{32}/g, ''), statements }
      }
      // Once before, so that nothing is prepared or remembered for the first time.
      await said('somebody')
      const foreign = await said(ids[type] ?? '')
      const absent = await said('nobody')
      assert.deepEqual(foreign, absent, `${name}: ${type}`)
    }
})

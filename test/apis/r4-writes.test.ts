import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRecords } from '#server/records/records.ts'
import { systemRandom } from '#server/secrets.ts'
import { openFamily } from './r4-family.ts'
import { about, immunization, openSeededApi, patient } from './seeded-api.ts'

const base = '/fhir/r4'

async function openPractices() {
  const api = await openSeededApi()
  for (const practice of ['oak', 'elm']) await api.addPractice(practice)
  await api.write('oak', patient('ada'), {
    resourceType: 'Practitioner',
    id: 'doc',
    name: [{ family: 'Quill' }],
  })
  await api.write('elm', patient('eve'), immunization('e1', 'eve'))
  const scopes = ['user/*.cruds']
  const { token: oak } = await api.issueToken([{ role: 'staff', practiceId: 'oak' }], { scopes })
  const { token: elm } = await api.issueToken([{ role: 'staff', practiceId: 'elm' }], { scopes })
  const issue = (...some: string[]) =>
    api.issueToken([{ role: 'staff', practiceId: 'oak' }], { scopes: some }).then(({ token }) => token)
  return Object.assign(api, { oak, elm, issue })
}

const observation = (more: object = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '11524-6' }] },
  subject: about('ada'),
  effectiveDateTime: '2025-01-02',
  valueQuantity: { value: 70, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  ...more,
})

test('what is created has an id of the server, version 1, and is found by search at once', async () => {
  await using api = await openPractices()
  const body = observation({ id: 'mine' })
  const created = await api.send({ method: 'POST', path: `${base}/Observation`, token: api.oak, body })
  assert.equal(created.status, 201, created.text)
  const { id } = created.json as unknown as { id: string }
  assert.notEqual(id, 'mine')
  assert.equal(created.headers.etag, 'W/"1"')
  assert.equal(created.headers.location, `https://api.example.org${base}/Observation/${id}/_history/1`)
  const found = await api.get(`${base}/Observation?code=11524-6&patient=ada`, api.oak)
  assert.equal(found.json.total, 1)
  assert.equal((await api.get(`${base}/Observation/${id}`, api.oak)).text, created.text)
})

test('an update makes a new version, the same content none, and a PUT of an unused id creates', async () => {
  await using api = await openPractices()
  const put = (more: object) =>
    api.send({
      method: 'PUT',
      path: `${base}/Observation/o1`,
      token: api.oak,
      body: observation({ id: 'o1', ...more }),
    })
  assert.equal((await put({})).status, 201)
  const second = await put({ status: 'amended' })
  assert.deepEqual([second.status, second.headers.etag], [200, 'W/"2"'])
  const third = await put({ status: 'amended' })
  assert.deepEqual([third.status, third.headers.etag], [200, 'W/"2"'])
  assert.equal((await api.get(`${base}/Observation/o1/_history`, api.oak)).json.total, 2)
})

test('the answer holds as much as Prefer asks for', async () => {
  await using api = await openPractices()
  const post = (prefer: string) =>
    api.send({
      method: 'POST',
      path: `${base}/Observation`,
      token: api.oak,
      body: observation(),
      headers: { prefer },
    })
  const minimal = await post('return=minimal')
  assert.deepEqual([minimal.status, minimal.text], [201, ''])
  assert.equal((await post('return=OperationOutcome')).json.resourceType, 'OperationOutcome')
  assert.equal((await post('return=representation')).json.resourceType, 'Observation')
})

test('If-Match lets nobody overwrite what they have not seen', async () => {
  await using api = await openPractices()
  const path = `${base}/Patient/ada`
  const write = (method: 'PUT' | 'PATCH' | 'DELETE', tag: string) =>
    api.send({
      method,
      path,
      token: api.oak,
      headers: {
        'if-match': tag,
        ...(method === 'PATCH' ? { 'content-type': 'application/json-patch+json' } : {}),
      },
      ...(method === 'DELETE'
        ? {}
        : {
            body:
              method === 'PUT'
                ? { ...patient('ada'), gender: 'female' }
                : JSON.stringify([{ op: 'add', path: '/gender', value: 'other' }]),
          }),
    })
  assert.equal((await write('PUT', 'W/"1"')).status, 200)
  for (const method of ['PUT', 'PATCH', 'DELETE'] as const)
    for (const tag of ['W/"1"', '"9"', 'nonsense']) {
      const answer = await write(method, tag)
      assert.equal(answer.status, 412, `${method} ${tag} ${answer.text}`)
      assert.match(answer.text, /version-conflict/)
    }
  assert.equal((await write('PATCH', 'W/"2"')).status, 200)
})

test('of parallel updates that saw the same version exactly one wins', async () => {
  await using api = await openPractices()
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      api.send({
        method: 'PUT',
        path: `${base}/Patient/ada`,
        token: api.oak,
        body: { ...patient('ada'), birthDate: `2010-01-1${index}` },
        headers: { 'if-match': 'W/"1"' },
      }),
    ),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(412)])
})

test('a deleted record is gone from reads and searches, stays in history, and goes on counting when it comes back', async () => {
  await using api = await openPractices()
  const path = `${base}/Observation/o1`
  const body = observation({ id: 'o1' })
  await api.send({ method: 'PUT', path, token: api.oak, body })
  assert.equal((await api.send({ method: 'DELETE', path, token: api.oak })).status, 204)
  const gone = await api.get(path, api.oak)
  assert.equal(gone.status, 410)
  assert.match(gone.text, /"code":"deleted"/)
  assert.equal((await api.get(`${base}/Observation`, api.oak)).json.total, 0)
  assert.equal((await api.get(path, api.elm)).status, 404)
  const history = await api.get(`${path}/_history`, api.oak)
  const entries = history.json.entry as Array<{ request: { method: string } }>
  assert.deepEqual(
    entries.map(({ request }) => request.method),
    ['DELETE', 'PUT'],
  )
  assert.equal((await api.get(`${path}/_history/1`, api.oak)).status, 200)
  assert.equal((await api.send({ method: 'DELETE', path, token: api.oak })).status, 204)
  const back = await api.send({ method: 'PUT', path, token: api.oak, body })
  assert.deepEqual([back.status, back.headers.etag], [201, 'W/"3"'])
})

test('what is about no patient keeps its history when it is deleted, for those who could read it', async () => {
  await using api = await openPractices()
  const bodies = [
    { resourceType: 'Organization', name: 'Lab' },
    { resourceType: 'Practitioner' },
    { resourceType: 'PractitionerRole' },
    { resourceType: 'Location', name: 'Room' },
    { resourceType: 'Medication', code: { text: 'x' } },
    { resourceType: 'Group', type: 'person', actual: true },
    { resourceType: 'Questionnaire', status: 'active' },
    { resourceType: 'ValueSet', status: 'active' },
    { resourceType: 'List', status: 'current', mode: 'working' },
    { resourceType: 'Device' },
    { resourceType: 'Basic', code: { text: 'x' } },
    { resourceType: 'Binary', contentType: 'text/plain', data: 'eA==' },
    {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      subject: { identifier: { value: '7' } },
    },
  ]
  for (const body of bodies) {
    const { resourceType } = body
    const path = `${base}/${resourceType}/kept`
    const put = (more: object = {}) =>
      api.send({ method: 'PUT', path, token: api.oak, body: { ...body, id: 'kept', ...more } })
    const statusOf = async (at: string, token = api.oak) => (await api.get(at, token)).status
    const historyOf = async (at: string, token = api.oak) => {
      const { entry = [], total } = (await api.get(`${at}/_history`, token)).json as unknown as {
        total: number
        entry?: Array<{
          request: { method: string; url: string }
          response: { status: string; etag: string }
        }>
      }
      return [
        total,
        entry.map(({ request, response }) => `${request.method} ${response.status} ${response.etag}`),
      ]
    }
    await put()
    await put({ language: 'en' })
    assert.equal((await api.send({ method: 'DELETE', path, token: api.oak })).status, 204, resourceType)
    const whole = ['DELETE 204 W/"3"', 'PUT 200 W/"2"', 'PUT 201 W/"1"']
    assert.equal(await statusOf(path), 410, resourceType)
    assert.deepEqual(await historyOf(path), [3, whole], resourceType)
    assert.deepEqual(
      [
        await statusOf(`${path}/_history/1`),
        await statusOf(`${path}/_history/2`),
        await statusOf(`${path}/_history/3`),
      ],
      [200, 200, 410],
      resourceType,
    )
    const [, ofType] = await historyOf(`${base}/${resourceType}`)
    for (const line of whole) assert.ok((ofType as string[]).includes(line), `${resourceType} ${line}`)
    // Nobody else learns that it ever was.
    assert.deepEqual(
      [
        await statusOf(path, api.elm),
        await statusOf(`${path}/_history/1`, api.elm),
        await statusOf(`${path}/_history`, api.elm),
      ],
      [404, 404, 404],
      resourceType,
    )
    assert.equal((await put()).headers.etag, 'W/"4"', resourceType)
    assert.deepEqual(await historyOf(path), [4, ['PUT 201 W/"4"', ...whole]], resourceType)
    // The id stays the practice's: another one gets one of its own, and neither reads what the other had.
    await api.send({ method: 'DELETE', path, token: api.oak })
    const theirs = { ...body, id: 'kept', language: 'fr' }
    const taken = await api.send({ method: 'PUT', path, token: api.elm, body: theirs })
    if (taken.status === 201) {
      const own = `${base}/${resourceType}/${taken.json.id}`
      assert.notEqual(own, path)
      assert.deepEqual(await historyOf(own, api.elm), [1, ['PUT 201 W/"1"']], resourceType)
      assert.equal(await statusOf(`${path}/_history/2`, api.elm), 404, resourceType)
    } else assert.equal(resourceType, 'Observation')
    assert.equal((await historyOf(path))[0], 5, resourceType)
    assert.equal(await statusOf(path), 410, resourceType)
  }
})

test('a reader of a shared record by a citation learns that it was deleted', async () => {
  await using api = await openFamily()
  const { token: oak } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], {
    scopes: ['user/*.cruds'],
  })
  const path = `${base}/Practitioner/doc`
  // As with REFERENCE_INTEGRITY=off: it is still cited.
  await createRecords({
    db: api.store.db,
    clock: { now: () => new Date(api.time.now), ticks: () => 0 },
    random: systemRandom,
    checksReferences: false,
  }).transact('oak', (transaction) => transaction.remove('Practitioner', 'doc'))
  assert.equal((await api.get(path, api.ada)).status, 410)
  assert.equal((await api.get(path, oak)).status, 410)
  assert.equal((await api.get(`${path}/_history/1`, api.ada)).status, 404)
  assert.equal((await api.get(`${base}/Practitioner/unseen`, api.ada)).status, 404)
})

test('a history tells how each version came: by POST, PUT or PATCH, and which of them made the record', async () => {
  await using api = await openPractices()
  const { oak: token } = api
  const posted = await api.send({ method: 'POST', path: `${base}/Observation`, token, body: observation({}) })
  const path = `${base}/Observation/${posted.json.id}`
  const patch = [{ op: 'replace', path: '/status', value: 'amended' }]
  await api.send({
    method: 'PATCH',
    path,
    token,
    body: JSON.stringify(patch),
    headers: { 'content-type': 'application/json-patch+json' },
  })
  await api.send({ method: 'PUT', path, token, body: observation({ id: posted.json.id }) })
  await api.send({ method: 'DELETE', path, token })
  await api.send({
    method: 'POST',
    path: base,
    token,
    body: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          request: { method: 'PUT', url: `Observation/${posted.json.id}` },
          resource: observation({ id: posted.json.id }),
        },
        {
          request: { method: 'POST', url: 'Basic' },
          resource: { resourceType: 'Basic', code: { text: 'x' } },
        },
      ],
    },
  })
  const historyOf = async (at: string) => {
    const { entry } = (await api.get(`${at}/_history`, token)).json as unknown as {
      entry: Array<{ request: { method: string; url: string }; response: { status: string } }>
    }
    return entry.map(({ request, response }) => [request.method, request.url, response.status])
  }
  const url = `Observation/${posted.json.id}`
  assert.deepEqual(await historyOf(path), [
    ['PUT', url, '201'],
    ['DELETE', url, '204'],
    ['PUT', url, '200'],
    ['PATCH', url, '200'],
    ['POST', 'Observation', '201'],
  ])
  assert.deepEqual(await historyOf(`${base}/Basic`), [['POST', 'Basic', '201']])
})

test('If-None-Exist and PUT with a condition write only what is not there', async () => {
  await using api = await openPractices()
  const identifier = [{ system: 'urn:lab', value: '7' }]
  const body = observation({ identifier })
  const create = (query: string) =>
    api.send({
      method: 'POST',
      path: `${base}/Observation`,
      token: api.oak,
      body,
      headers: { 'if-none-exist': query },
    })
  const first = await create('identifier=urn:lab|7')
  assert.equal(first.status, 201, first.text)
  const again = await create('identifier=urn:lab|7')
  assert.deepEqual([again.status, again.json.id], [200, first.json.id])
  const put = (query: string, more: object = {}) =>
    api.send({
      method: 'PUT',
      path: `${base}/Observation?${query}`,
      token: api.oak,
      body: { ...body, ...more },
    })
  const changed = await put('identifier=urn:lab|7', { status: 'amended' })
  assert.deepEqual([changed.status, changed.json.id, changed.headers.etag], [200, first.json.id, 'W/"2"'])
  assert.equal(
    (await put('identifier=urn:lab|8', { identifier: [{ system: 'urn:lab', value: '8' }] })).status,
    201,
  )
  assert.equal((await put('identifier=urn:lab|7', { id: 'another' })).status, 400)
  const several = await put('patient=ada')
  assert.equal(several.status, 412, several.text)
  for (const wrong of ['', 'nonsense=1', '_format=json']) assert.equal((await put(wrong)).status, 400, wrong)
})

test('parallel conditional creates of the same thing make one record', async () => {
  await using api = await openPractices()
  const body = observation({ identifier: [{ system: 'urn:lab', value: '9' }] })
  const answers = await Promise.all(
    Array.from({ length: 6 }, () =>
      api.send({
        method: 'POST',
        path: `${base}/Observation`,
        token: api.oak,
        body,
        headers: { 'if-none-exist': 'identifier=urn:lab|9' },
      }),
    ),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 201])
  assert.equal((await api.get(`${base}/Observation?identifier=urn:lab|9`, api.oak)).json.total, 1)
})

test('a JSON Patch changes what it names, and a wrong one nothing', async () => {
  await using api = await openPractices()
  const patch = (body: unknown) =>
    api.send({
      method: 'PATCH',
      path: `${base}/Patient/ada`,
      token: api.oak,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json-patch+json' },
    })
  const good = await patch([
    { op: 'test', path: '/birthDate', value: '2010-01-01' },
    { op: 'add', path: '/gender', value: 'female' },
  ])
  assert.equal(good.status, 200, good.text)
  assert.equal(good.json.gender, 'female')
  const wrong: unknown[] = [
    {},
    'x',
    [{ op: 'grow', path: '/gender' }],
    [{ op: 'add', path: 'gender', value: 1 }],
    [{ op: 'add', path: '/gender' }],
    [{ op: 'remove', path: '/nothing' }],
    [{ op: 'test', path: '/gender', value: 'male' }],
    [{ op: 'replace', path: '/id', value: 'eve' }],
    [{ op: 'replace', path: '/resourceType', value: 'Person' }],
    [{ op: 'add', path: '/__proto__/polluted', value: true }],
    [{ op: 'copy', from: '/constructor', path: '/gender' }],
    [null],
    [{ op: 'add', path: '/birthDate/family', value: 'x' }],
    Array.from({ length: 60 }, () => ({ op: 'copy', from: '/name', path: '/name/-' })),
  ]
  for (const body of wrong) {
    const answer = await patch(body)
    assert.ok([400, 422].includes(answer.status), `${JSON.stringify(body)} ${answer.status} ${answer.text}`)
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
  assert.equal((await api.get(`${base}/Patient/ada`, api.oak)).headers.etag, 'W/"2"')
})

test('a transaction is written as a whole: references between its entries lead to the new records', async () => {
  await using api = await openPractices()
  await api.send({
    method: 'PUT',
    path: `${base}/Observation/old`,
    token: api.oak,
    body: observation({ id: 'old' }),
  })
  const urn = 'urn:uuid:0b0a7b7c-3c3f-4a55-9a2e-111111111111'
  const bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        request: { method: 'POST', url: 'Observation' },
        resource: observation({
          subject: { reference: urn },
          performer: [{ reference: 'Practitioner?name=Quill' }],
        }),
      },
      {
        fullUrl: urn,
        request: { method: 'POST', url: 'Patient' },
        resource: { ...patient('x'), id: undefined },
      },
      { request: { method: 'DELETE', url: 'Observation/old' } },
      { request: { method: 'GET', url: 'Patient/ada' } },
    ],
  }
  const answer = await api.send({ method: 'POST', path: base, token: api.oak, body: bundle })
  assert.equal(answer.status, 200, answer.text)
  const entry = answer.json.entry as Array<{
    response: { status: string; location: string }
    resource?: object
  }>
  assert.deepEqual(
    entry.map(({ response }) => response.status),
    ['201', '201', '204', '200'],
  )
  const [, observationId] = /Observation\/(\w+)\//.exec(entry[0]?.response.location ?? '') ?? []
  const [, patientId] = /Patient\/(\w+)\//.exec(entry[1]?.response.location ?? '') ?? []
  const { json } = await api.get(`${base}/Observation/${observationId}`, api.oak)
  assert.deepEqual(json.subject, { reference: `Patient/${patientId}` })
  assert.deepEqual(json.performer, [{ reference: 'Practitioner/doc' }])
  assert.equal((await api.get(`${base}/Observation/old`, api.oak)).status, 410)
})

test('what is cited is not deleted, and another practice cannot keep it by naming it', async () => {
  await using api = await openPractices()
  const cites = (id: string, patientId: string) =>
    observation({ id, subject: about(patientId), performer: [{ reference: 'Practitioner/doc' }] })
  const remove = (path: string) => api.send({ method: 'DELETE', path: `${base}/${path}`, token: api.oak })
  await api.write('elm', cites('a-of-elm', 'eve'))
  await api.write('oak', cites('b-of-oak', 'ada'))
  const kept = await remove('Practitioner/doc')
  assert.equal(kept.status, 409)
  assert.match(kept.text, /while Observation\/b-of-oak refers to it/)
  assert.equal((await remove('Observation/b-of-oak')).status, 204)
  assert.equal((await remove('Practitioner/doc')).status, 204)
})

test('one wrong entry undoes the whole transaction', async () => {
  await using api = await openPractices()
  const good = { request: { method: 'PUT', url: 'Observation/t1' }, resource: observation({ id: 't1' }) }
  const wrong: object[] = [
    { request: { method: 'PUT', url: 'Observation/t2' }, resource: observation({ id: 'other' }) },
    { request: { method: 'POST', url: 'Observation' }, resource: observation({ subject: about('eve') }) },
    {
      request: { method: 'POST', url: 'Observation' },
      resource: observation({ subject: { reference: 'urn:uuid:x' } }),
    },
    {
      request: { method: 'POST', url: 'Observation' },
      resource: observation({ performer: [{ reference: 'Practitioner?name=Nobody' }] }),
    },
    {
      request: { method: 'POST', url: 'Observation' },
      resource: observation({ performer: [{ reference: 'Practitioner/none' }] }),
    },
    {
      request: { method: 'PUT', url: 'Observation/t1' },
      resource: observation({ id: 't1', status: 'amended' }),
    },
    {
      request: { method: 'PATCH', url: 'Observation/none' },
      resource: { resourceType: 'Binary', data: Buffer.from('[]').toString('base64') },
    },
    { request: { method: 'DELETE', url: 'Observation/t1' } },
    { request: { method: 'JUMP', url: 'Observation' } },
    { request: { method: 'POST', url: 'Nonsense' }, resource: observation() },
    { request: { method: 'POST', url: 'Observation' } },
    {},
  ]
  for (const each of wrong) {
    const body = { resourceType: 'Bundle', type: 'transaction', entry: [good, each] }
    const answer = await api.send({ method: 'POST', path: base, token: api.oak, body })
    assert.ok(
      answer.status >= 400 && answer.status < 500,
      `${JSON.stringify(each)} ${answer.status} ${answer.text}`,
    )
    assert.equal((await api.get(`${base}/Observation/t1`, api.oak)).status, 404, JSON.stringify(each))
  }
})

test('a batch does each entry by itself and says what became of it', async () => {
  await using api = await openPractices()
  const body = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [
      { request: { method: 'PUT', url: 'Observation/b1' }, resource: observation({ id: 'b1' }) },
      { request: { method: 'GET', url: 'Patient/eve' } },
      { request: { method: 'GET', url: 'Observation?patient=ada' } },
      { request: { method: 'POST', url: 'Nonsense' }, resource: {} },
      { request: { method: 'DELETE', url: 'Observation/b1' } },
    ],
  }
  const answer = await api.send({ method: 'POST', path: base, token: api.oak, body })
  const entry = answer.json.entry as Array<{ response: { status: string }; resource?: { total?: number } }>
  assert.deepEqual(
    entry.map(({ response }) => response.status),
    ['201', '404', '200', '400', '204'],
  )
  assert.equal(entry[2]?.resource?.total, 1)
})

test('references must lead somewhere, and what others refer to is not deleted', async () => {
  await using api = await openPractices()
  const post = (more: object) =>
    api.send({ method: 'POST', path: `${base}/Observation`, token: api.oak, body: observation(more) })
  const dangling = await post({ performer: [{ reference: 'Practitioner/none' }] })
  assert.equal(dangling.status, 422)
  assert.match(dangling.text, /Practitioner\/none/)
  assert.equal((await post({ hasMember: [{ reference: 'Immunization/e1' }] })).status, 422)
  assert.equal((await post({ performer: [{ reference: 'Practitioner/doc' }] })).status, 201)
  for (const path of ['Practitioner/doc', 'Patient/ada']) {
    const answer = await api.send({ method: 'DELETE', path: `${base}/${path}`, token: api.oak })
    assert.equal(answer.status, 409, path)
  }
})

test('nobody writes into the records of another practice, by any way', async () => {
  await using api = await openPractices()
  const before = await api.get(`${base}/Immunization/e1`, api.elm)
  const eve = await api.get(`${base}/Patient/eve/_history`, api.elm)
  const ways: Array<Parameters<typeof api.send>[0]> = [
    { method: 'PUT', path: `${base}/Immunization/e1`, body: immunization('e1', 'ada') },
    {
      method: 'PUT',
      path: `${base}/Immunization/e1`,
      body: immunization('e1', 'eve', { status: 'not-done' }),
    },
    { method: 'POST', path: `${base}/Immunization`, body: immunization('new', 'eve') },
    { method: 'PUT', path: `${base}/Patient/eve`, body: patient('eve') },
    { method: 'DELETE', path: `${base}/Immunization/e1` },
    {
      method: 'PATCH',
      path: `${base}/Immunization/e1`,
      body: '[{"op":"add","path":"/isSubpotent","value":true}]',
      headers: { 'content-type': 'application/json-patch+json' },
    },
    { method: 'PUT', path: `${base}/Immunization?_id=e1`, body: immunization('e1', 'ada') },
  ]
  for (const way of ways) {
    const answer = await api.send({ ...way, token: api.oak })
    // A PUT makes a record of the own practice, under another id.
    const isOwn = way.method === 'PUT' && answer.status === 201 && !way.path.endsWith(String(answer.json.id))
    assert.ok(
      isOwn || answer.status === 204 || answer.status >= 400,
      `${way.method} ${way.path} ${answer.status}`,
    )
    if (!isOwn) assert.doesNotMatch(answer.text, /Test/)
  }
  assert.equal((await api.get(`${base}/Immunization/e1`, api.elm)).text, before.text)
  assert.equal((await api.get(`${base}/Patient/eve/_history`, api.elm)).json.total, eve.json.total)
  assert.equal((await api.get(`${base}/Immunization?patient=eve`, api.elm)).json.total, 1)
})

test('only the scopes of a practice write: each interaction needs its letter, and patients have none', async () => {
  await using api = await openPractices()
  await api.send({
    method: 'PUT',
    path: `${base}/Observation/o1`,
    token: api.oak,
    body: observation({ id: 'o1' }),
  })
  const calls = {
    c: () => ({ method: 'POST' as const, path: `${base}/Observation`, body: observation() }),
    u: () => ({
      method: 'PUT' as const,
      path: `${base}/Observation/o1`,
      body: observation({ id: 'o1', note: [{ text: String(Math.random()) }] }),
    }),
    d: () => ({ method: 'DELETE' as const, path: `${base}/Observation/o1` }),
  }
  for (const [scope, allowed] of Object.entries({
    'user/Observation.rs': '',
    'user/Observation.c': 'c',
    'user/Observation.u': 'u',
    'user/Immunization.cud': '',
    'patient/Observation.cud': '',
    'patient/*.write': '',
    'system/*.cud': '',
    'user/Observation.read': '',
    'user/*.d': 'd',
    'user/Observation.write': 'cud',
  })) {
    const token = await api.issue(scope)
    for (const [letter, call] of Object.entries(calls)) {
      const { status } = await api.send({ ...call(), token })
      assert.equal(status < 300, allowed.includes(letter), `${scope} ${letter} ${status}`)
      if (!allowed.includes(letter)) assert.equal(status, 403)
      if (letter === 'd' && status < 300)
        await api.send({
          method: 'PUT',
          path: `${base}/Observation/o1`,
          token: api.oak,
          body: observation({ id: 'o1' }),
        })
    }
  }
  const { token: self } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'ada' }], {
    scopes: ['user/*.cruds', 'patient/*.cruds'],
  })
  for (const call of Object.values(calls))
    assert.equal((await api.send({ ...call(), token: self })).status, 403)
  const { token: both } = await api.issueToken(
    [
      { role: 'staff', practiceId: 'oak' },
      { role: 'staff', practiceId: 'elm' },
    ],
    { scopes: ['user/*.cruds'] },
  )
  assert.equal((await api.send({ ...calls.c(), token: both })).status, 403)
  assert.equal((await api.send(calls.c())).status, 401)
  assert.equal((await api.send({ method: 'POST', path: base, body: {} })).status, 401)
})

test('what a token may not write is answered 403 before its body is looked at, alone and as an entry', async () => {
  await using api = await openPractices()
  const token = await api.issue('user/*.rs')
  const path = `${base}/Observation/o1`
  const bad = { resourceType: 'Observation', status: 'never' }
  const patchType = { 'content-type': 'application/json-patch+json' }
  const alone = [
    { method: 'POST' as const, path: `${base}/Observation`, body: bad },
    { method: 'PUT' as const, path, body: bad },
    { method: 'PUT' as const, path: `${base}/Observation?code=x`, body: '{' },
    { method: 'PATCH' as const, path, body: 'no patch', headers: patchType },
    { method: 'PATCH' as const, path: `${base}/Observation?code=x`, body: '[{}]', headers: patchType },
    { method: 'DELETE' as const, path },
    { method: 'DELETE' as const, path: `${base}/Observation?code=x` },
  ]
  for (const each of alone) {
    const answer = await api.send({ ...each, token })
    assert.equal(answer.status, 403, `${each.method} ${each.path} ${answer.text}`)
  }
  const patch = { resourceType: 'Binary', contentType: 'application/json-patch+json', data: 'bm8=' }
  for (const [method, url, resource] of [
    ['POST', 'Observation', bad],
    ['PUT', 'Observation/o1', { ...bad, id: 'o1' }],
    ['PATCH', 'Observation/o1', patch],
    ['DELETE', 'Observation/o1', undefined],
  ] as const) {
    const entry = [{ request: { method: 'GET', url: 'Patient/ada' } }, { resource, request: { method, url } }]
    const bundle = (type: string) => ({ resourceType: 'Bundle', type, entry })
    const transaction = await api.send({ method: 'POST', path: base, body: bundle('transaction'), token })
    assert.equal(transaction.status, 403, `${method} ${transaction.text}`)
    assert.deepEqual((transaction.json.issue as Array<{ expression: string[] }>)[0]?.expression, [
      'Bundle.entry[1]',
    ])
    const batch = await api.send({ method: 'POST', path: base, body: bundle('batch'), token })
    assert.equal(
      (batch.json.entry as Array<{ response: { status: string } }>)[1]?.response.status,
      '403',
      `${method} ${batch.text}`,
    )
  }
})

test('bad bodies are refused with a reason and change nothing', async () => {
  await using api = await openPractices()
  const post = (body: string | Buffer, headers = {}) =>
    api.send({ method: 'POST', path: `${base}/Observation`, token: api.oak, body, headers })
  const cases: Array<[string | Buffer, number]> = [
    ['', 400],
    ['{', 400],
    ['[]', 400],
    ['null', 400],
    ['"Observation"', 400],
    ['{"resourceType":"Patient"}', 400],
    ['{"resourceType":17}', 400],
    ['{"resourceType":"Observation","id":"a b"}', 400],
    [`{"resourceType":"Observation","extension":${'['.repeat(100_000)}`, 400],
    [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
    [JSON.stringify(observation({ subject: { reference: 'https://other.example/fhir/Patient/1' } })), 422],
  ]
  for (const [body, status] of cases) {
    const answer = await post(body)
    assert.equal(answer.status, status, `${String(body).slice(0, 60)} ${answer.text}`)
    assert.equal(answer.json.resourceType, 'OperationOutcome')
  }
  assert.equal((await post('<Observation/>', { 'content-type': 'application/fhir+xml' })).status, 415)
  assert.equal((await post(Buffer.alloc(21 * 1024 * 1024, 0x20))).status, 413)
  assert.equal((await api.get(`${base}/Observation`, api.oak)).json.total, 0)
  for (const [method, path] of [
    ['PUT', `${base}/Observation`],
    ['DELETE', `${base}/Observation`],
    ['POST', `${base}/Observation/o1`],
    ['PUT', `${base}/metadata`],
  ] as const) {
    const answer = await api.send({ method, path, token: api.oak, body: observation() })
    assert.ok([400, 405].includes(answer.status), `${method} ${path} ${answer.status}`)
  }
})

test('an absolute reference to our own address means the record, wherever it stands and by whatever address of ours', async () => {
  await using api = await openPractices()
  const { oak: token } = api
  const addresses = [
    'https://api.example.org/fhir/r4',
    'https://portal.example.org/fhir/r4',
    'https://api.example.org/onpatient_api/fhir',
    'https://portal.example.org/onpatient_api/fhir',
  ]
  for (const [at, own] of addresses.entries()) {
    const id = `own${at}`
    const body = observation({
      id,
      subject: { reference: `${own}/Patient/ada` },
      performer: [{ reference: `${own}/Practitioner/doc` }],
      derivedFrom: [{ reference: `${own}/Observation/root/_history/1` }],
      extension: [{ url: 'http://x.example', valueReference: { reference: `${own}/Patient/ada` } }],
      valueQuantity: undefined,
    })
    if (at === 0)
      await api.send({
        method: 'PUT',
        path: `${base}/Observation/root`,
        token,
        body: observation({ id: 'root' }),
      })
    const created = await api.send({ method: 'PUT', path: `${base}/Observation/${id}`, token, body })
    assert.equal(created.status, 201, created.text)
    assert.doesNotMatch(created.text.replace('http://x.example', ''), /https:/)
    assert.match(created.text, /"Observation\/root\/_history\/1"/)
  }
  const ids = ['own0', 'own1', 'own2', 'own3']
  const idsFor = async (query: string, as = token) => {
    const { entry = [] } = (await api.get(`${base}/Observation?${query}`, as)).json as unknown as {
      entry?: Array<{ search: { mode: string }; resource: { resourceType: string; id: string } }>
    }
    return entry.map(({ resource }) => resource.id)
  }
  for (const query of [
    'performer=Practitioner/doc',
    'performer=doc',
    'performer:Practitioner.family=Quill',
    'derived-from=root',
    ...addresses.map((own) => `performer=${encodeURIComponent(own)}/Practitioner/doc`),
    ...addresses.map((own) => `patient=${encodeURIComponent(own)}/Patient/ada&derived-from=root`),
  ])
    assert.deepEqual((await idsFor(query)).sort(), ids, query)
  assert.deepEqual((await idsFor('_id=own1&_include=Observation:performer')).sort(), ['doc', 'own1'])
  const { token: ada } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'ada' }])
  assert.equal((await api.get(`${base}/Practitioner/doc`, ada)).status, 200)
  assert.equal((await api.send({ method: 'DELETE', path: `${base}/Practitioner/doc`, token })).status, 409)
  assert.equal((await api.send({ method: 'DELETE', path: `${base}/Observation/root`, token })).status, 409)
  const lost = observation({ performer: [{ reference: `${addresses[1]}/Practitioner/nobody` }] })
  assert.equal(
    (await api.send({ method: 'POST', path: `${base}/Observation`, token, body: lost })).status,
    422,
  )
  const known = await api.send({
    method: 'POST',
    path: `${base}/Observation`,
    token,
    body: observation(),
    headers: { 'if-none-exist': `_id=own0&performer=${addresses[3]}/Practitioner/doc` },
  })
  assert.deepEqual([known.status, known.json.id], [200, 'own0'])
  // What only looks like ours is another server's.
  const foreign = observation({
    id: 'f',
    performer: [{ reference: 'https://api.example.org.evil.example/fhir/r4/Practitioner/doc' }],
  })
  assert.match(
    (await api.send({ method: 'PUT', path: `${base}/Observation/f`, token, body: foreign })).text,
    /evil/,
  )
})

test('every refusal of a body names the element at fault', async () => {
  await using api = await openPractices()
  const { oak: token } = api
  const path = `${base}/Observation/o1`
  await api.send({ method: 'PUT', path, token, body: observation({ id: 'o1' }) })
  const subsetted = {
    meta: {
      tag: [
        { code: 'x' },
        { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' },
      ],
    },
  }
  const own = (more: object) => observation({ id: 'o1', ...more })
  const text = JSON.stringify(own({}))
  const patchType = { 'content-type': 'application/json-patch+json' }
  const bundle = (entry: unknown, type = 'transaction') => ({ resourceType: 'Bundle', type, entry })
  const entry = (request: object, resource?: object) =>
    bundle([{ request, ...(resource ? { resource } : {}) }])
  const cases: Array<
    [method: 'PUT' | 'POST' | 'PATCH', path: string, body: object | string | Buffer, expression: string]
  > = [
    ['PUT', path, text.slice(0, -1), 'Resource'],
    ['PUT', path, '[]', 'Resource'],
    ['PUT', path, '{}', 'Resource.resourceType'],
    ['PUT', path, patient('o1'), 'Resource.resourceType'],
    ['PUT', path, observation({ id: 'o 1' }), 'Observation.id'],
    ['PUT', path, observation({ id: 'o2' }), 'Observation.id'],
    ['PUT', path, `${text.slice(0, -1)},"status":"amended"}`, 'Observation.status'],
    ['PUT', path, text.replace('"system"', '"code":"1","system"'), 'Observation.code.coding[0].code'],
    ['PUT', path, own({ status: 'wrong' }), 'Observation.status'],
    ['PUT', path, own(subsetted), 'Observation.meta.tag[1]'],
    [
      'PUT',
      path,
      own({ subject: { reference: 'https://other.example/fhir/Patient/1' } }),
      'Observation.subject',
    ],
    [
      'PUT',
      path,
      own({ performer: [{ display: 'x' }, { reference: 'Practitioner/lost' }] }),
      'Observation.performer[1].reference',
    ],
    ['PUT', path, own({ subject: about('eve') }), 'Observation.subject.reference'],
    ['PATCH', path, JSON.stringify({ op: 'add' }), 'Resource'],
    ['PATCH', path, JSON.stringify([{ op: 'replace', path: '/name/0', value: 1 }]), 'Observation.name[0]'],
    ['PATCH', path, JSON.stringify([{ op: 'replace', path: '/id', value: 'o2' }]), 'Observation.id'],
    [
      'PATCH',
      path,
      JSON.stringify([{ op: 'replace', path: '/status', value: 'wrong' }]),
      'Observation.status',
    ],
    ['POST', base, bundle([], 'history'), 'Bundle.type'],
    ['POST', base, bundle({}), 'Bundle.entry'],
    ['POST', base, entry({ method: 'WRONG', url: 'Patient' }), 'Bundle.entry[0].request.method'],
    ['POST', base, entry({ method: 'POST', url: 'Spaceship' }, own({})), 'Bundle.entry[0].request.url'],
    ['POST', base, entry({ method: 'PUT', url: 'Observation/o1' }), 'Bundle.entry[0]'],
    [
      'POST',
      base,
      entry({ method: 'PUT', url: 'Observation/o1' }, patient('o1')),
      'Bundle.entry[0].resource.resourceType',
    ],
    [
      'POST',
      base,
      entry({ method: 'PUT', url: 'Observation/o1' }, own({ status: 'wrong' })),
      'Bundle.entry[0].resource.status',
    ],
    [
      'POST',
      base,
      entry({ method: 'PUT', url: 'Observation/o1' }, own(subsetted)),
      'Bundle.entry[0].resource.meta.tag[1]',
    ],
    [
      'POST',
      base,
      entry(
        { method: 'PUT', url: 'Observation/o1' },
        own({ performer: [{ reference: 'Practitioner/lost' }] }),
      ),
      'Bundle.entry[0].resource.performer[0].reference',
    ],
    [
      'POST',
      base,
      entry({ method: 'PUT', url: 'Observation/o1' }, own({ subject: about('eve') })),
      'Bundle.entry[0].resource.subject.reference',
    ],
    ['POST', `${base}/Patient/ada/$everything`, { resourceType: 'Basic' }, 'Parameters.parameter'],
  ]
  for (const [method, at, body, expression] of cases) {
    const headers = method === 'PATCH' ? patchType : {}
    const answer = await api.send({ method, path: at, token, body, headers })
    const shown = typeof body === 'string' ? body : JSON.stringify(body)
    assert.ok(answer.status === 400 || answer.status === 422, `${answer.status} ${shown}`)
    const issues = answer.json.issue as Array<{ expression?: string[] }>
    assert.deepEqual(issues[0]?.expression, [expression], `${shown}\n${answer.text}`)
    assert.ok(issues.every((each) => each.expression?.length === 1))
  }
  assert.equal((await api.get(path, token)).headers.etag, 'W/"1"')
})

test('a body may begin with a byte order mark', async () => {
  await using api = await openPractices()
  const body = Buffer.from(`\ufeff${JSON.stringify(observation({ id: 'o1' }))}`)
  const put = await api.send({ method: 'PUT', path: `${base}/Observation/o1`, token: api.oak, body })
  assert.equal(put.status, 201, put.text)
  const patch = Buffer.from(`\ufeff${JSON.stringify([{ op: 'add', path: '/language', value: 'en' }])}`)
  const headers = { 'content-type': 'application/json-patch+json' }
  const patched = await api.send({
    method: 'PATCH',
    path: `${base}/Observation/o1`,
    token: api.oak,
    body: patch,
    headers,
  })
  assert.equal(patched.status, 200, patched.text)
})

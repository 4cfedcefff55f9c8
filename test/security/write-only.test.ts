import assert from 'node:assert/strict'
import { test } from 'node:test'
import { about, openSeededApi, patient, type Sent } from '../apis/seeded-api.ts'

const base = '/fhir/r4'
const patchType = { 'content-type': 'application/json-patch+json' }

/** Stands in every text of the record, and in no request. */
const secret = 'zebra-secret'

const observation = (id: string) => ({
  resourceType: 'Observation',
  id,
  identifier: [{ system: 'urn:ids', value: `${id}-${secret}` }],
  status: 'final',
  code: { text: secret, coding: [{ system: 'urn:codes', code: 'one', display: secret }] },
  subject: about('ada'),
  valueString: secret,
  component: [{ code: { text: secret }, valueString: secret }],
})

const report = {
  resourceType: 'DiagnosticReport',
  id: `report-${secret}`,
  status: 'final',
  code: { text: secret },
  subject: about('ada'),
  result: [{ reference: 'Observation/a' }],
}

async function openBlind(...scopes: string[]) {
  const api = await openSeededApi()
  await api.addPractice('oak')
  await api.write('oak', patient('ada'), observation('a'), observation('b'), report)
  const issue = async (...some: string[]) =>
    (await api.issueToken([{ role: 'staff', practiceId: 'oak' }], { scopes: some })).token
  const token = await issue(...scopes)
  const send = async (method: Sent['method'], path: string, body?: object, headers = {}) => {
    const {
      status,
      text,
      headers: given,
    } = await api.send({
      method,
      path: `${base}${path}`,
      token,
      headers: { prefer: 'return=representation', ...headers },
      ...(body === undefined ? {} : { body }),
    })
    return { status, text, all: `${text} ${JSON.stringify(given)}` }
  }
  const reader = await issue('user/*.rs')
  const read = async (path: string) => (await api.get(`${base}/${path}`, reader)).text
  return Object.assign(api, { sendBlind: send, read })
}

const asBinary = (patch: unknown) => ({
  resourceType: 'Binary',
  contentType: 'application/json-patch+json',
  data: Buffer.from(JSON.stringify(patch)).toString('base64'),
})

const patches: ReadonlyArray<[what: string, patch: object[], status: number]> = [
  ['test of the right value', [{ op: 'test', path: '/valueString', value: secret }], 403],
  ['test of a wrong value', [{ op: 'test', path: '/valueString', value: 'x' }], 403],
  ['copy into a code that is printed', [{ op: 'copy', from: '/valueString', path: '/status' }], 403],
  ['move into a code that is printed', [{ op: 'move', from: '/valueString', path: '/status' }], 403],
  ['copy into the id', [{ op: 'copy', from: '/valueString', path: '/id' }], 403],
  [
    'a test after a change',
    [
      { op: 'add', path: '/note', value: [] },
      { op: 'test', path: '/valueString', value: 'x' },
    ],
    403,
  ],
  ['a path that leads nowhere', [{ op: 'remove', path: '/performer/0' }], 422],
  [
    'what breaks a rule',
    [
      { op: 'remove', path: '/code/coding/0/system' },
      { op: 'add', path: '/status', value: 'x' },
    ],
    422,
  ],
  ['a concept in place of a code', [{ op: 'replace', path: '/component/0/code', value: 'x' }], 422],
  ['no type any more', [{ op: 'remove', path: '/resourceType' }], 422],
  ['another type', [{ op: 'replace', path: '/resourceType', value: 'Patient' }], 422],
  ['another id', [{ op: 'replace', path: '/id', value: 'x' }], 422],
  ['the whole', [{ op: 'replace', path: '', value: 'x' }], 422],
]

test('a patch by a token that cannot read says nothing of the record, alone, in a batch and in a transaction', async () => {
  await using api = await openBlind('user/Observation.u')
  const before = await api.read('Observation/a')
  const words = new Set<string>()
  for (const [what, patch, status] of patches) {
    const alone = await api.sendBlind('PATCH', '/Observation/a', patch, patchType)
    assert.equal(alone.status, status, what)
    if (status === 422) words.add(alone.text.replaceAll(/req_[\w-]+/g, ''))
    const entry = [{ resource: asBinary(patch), request: { method: 'PATCH', url: 'Observation/a' } }]
    const together = await Promise.all(
      ['batch', 'transaction'].map((type) =>
        api.sendBlind('POST', '', { resourceType: 'Bundle', type, entry }),
      ),
    )
    for (const { all } of [alone, ...together]) assert.doesNotMatch(all, /zebra/, what)
  }
  assert.equal(words.size, 1, [...words].join('\n'))
  assert.equal(await api.read('Observation/a'), before)
})

test('a right guess of what stands in a record looks like a wrong one', async () => {
  await using api = await openBlind('user/Observation.u')
  const etag = async (id: string, value: string) => {
    const patch = [{ op: 'replace', path: '/valueString', value }]
    const { status, all } = await api.sendBlind('PATCH', `/Observation/${id}`, patch, patchType)
    return [status, /W\/\\"\d+\\"/.exec(all)?.[0]]
  }
  assert.deepEqual(await etag('a', secret), await etag('b', 'wrong'))
})

test('no write by a token that cannot read brings a representation', async () => {
  await using api = await openBlind('user/Observation.cud')
  const made = { ...observation('new'), subject: about('ada') }
  const answers = [
    await api.sendBlind('POST', '/Observation', made),
    await api.sendBlind('PUT', '/Observation/new', made),
    await api.sendBlind('PUT', '/Observation/a', { ...made, id: 'a' }),
    await api.sendBlind(
      'PATCH',
      '/Observation/b',
      [{ op: 'replace', path: '/status', value: 'amended' }],
      patchType,
    ),
  ]
  for (const { status, text } of answers) assert.deepEqual([status < 300, text], [true, ''])
  const entry = [
    { resource: made, request: { method: 'POST', url: 'Observation' } },
    { resource: { ...made, id: 'b' }, request: { method: 'PUT', url: 'Observation/b' } },
  ]
  for (const type of ['batch', 'transaction']) {
    const { status, text } = await api.sendBlind('POST', '', { resourceType: 'Bundle', type, entry })
    assert.deepEqual([status, text.match(/"resource":/)], [200, null], text)
    assert.match(text, /"etag"/)
  }
})

test('If-Match tells such a token nothing but that it does not match', async () => {
  await using api = await openBlind('user/Observation.ud')
  const words = new Set<string>()
  for (const version of ['W/"7"', '*', 'x', ''])
    for (const [method, id] of [
      ['PUT', 'a'],
      ['DELETE', 'a'],
      ['DELETE', 'none'],
      ['PUT', 'none'],
    ] as const) {
      if (version === '*' && id === 'a') continue
      const body = method === 'PUT' ? { ...observation(id) } : undefined
      const { status, text } = await api.sendBlind(method, `/Observation/${id}`, body, {
        'if-match': version,
      })
      assert.equal(status, 412, `${method} ${id} ${version}`)
      words.add(text.replaceAll(/req_[\w-]+/g, ''))
    }
  assert.equal(words.size, 1, [...words].join('\n'))
})

test('what still refers to a deleted record is not named to who cannot read it', async () => {
  await using api = await openBlind('user/*.d')
  const alone = await api.sendBlind('DELETE', '/Observation/a')
  assert.equal(alone.status, 409)
  const entry = [{ request: { method: 'DELETE', url: 'Observation/a' } }]
  const together = await api.sendBlind('POST', '', { resourceType: 'Bundle', type: 'transaction', entry })
  for (const { all } of [alone, together]) assert.doesNotMatch(all, /zebra|DiagnosticReport/)
})

test('without s no condition is looked up, in no kind of write', async () => {
  await using api = await openBlind('user/*.crud')
  const condition = `identifier=urn:ids|a-${secret}`
  const body = { ...observation('a'), id: undefined }
  const noneExist = { 'if-none-exist': condition }
  const asked = [
    await api.sendBlind('POST', '/Observation', body, noneExist),
    await api.sendBlind('PUT', `/Observation?${condition}`, body),
    await api.sendBlind('DELETE', `/Observation?${condition}`),
    await api.sendBlind(
      'PATCH',
      `/Observation?${condition}`,
      [{ op: 'add', path: '/status', value: 'final' }],
      patchType,
    ),
  ]
  for (const { status } of asked) assert.equal(status, 403)
  const referring = { ...body, subject: { reference: 'Patient?name=Test' } }
  for (const request of [
    { method: 'POST', url: 'Observation', ifNoneExist: condition },
    { method: 'PUT', url: `Observation?${condition}` },
    { method: 'DELETE', url: `Observation?${condition}` },
    { method: 'POST', url: 'Observation' },
  ]) {
    const resource = request.ifNoneExist === undefined && request.method === 'POST' ? referring : body
    const entry = [{ ...(request.method === 'DELETE' ? {} : { resource }), request }]
    const { status } = await api.sendBlind('POST', '', { resourceType: 'Bundle', type: 'transaction', entry })
    assert.equal(status, 403, JSON.stringify(request))
  }
})

test('a record that a condition finds is not shown to who may search and not read it', async () => {
  await using api = await openBlind('user/Observation.cs')
  const noneExist = `identifier=urn:ids|a-${secret}`
  const body = {
    ...observation('a'),
    id: undefined,
    valueString: 'x',
    identifier: undefined,
    code: { text: 'x' },
    component: undefined,
  }
  const alone = await api.sendBlind('POST', '/Observation', body, { 'if-none-exist': noneExist })
  assert.deepEqual([alone.status, alone.text], [200, ''])
  const entry = [{ resource: body, request: { method: 'POST', url: 'Observation', ifNoneExist: noneExist } }]
  const { text } = await api.sendBlind('POST', '', { resourceType: 'Bundle', type: 'transaction', entry })
  assert.doesNotMatch(text, /zebra/)
})

test('FHIRPath Patch, validation of a stored record and its history are closed to such a token', async () => {
  await using api = await openBlind('user/*.cud')
  const parameters = {
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'replace' },
          { name: 'path', valueString: 'Observation.valueString' },
        ],
      },
    ],
  }
  const patched = await api.sendBlind('PATCH', '/Observation/a', parameters)
  assert.equal(patched.status, 415)
  const validated = await api.sendBlind('POST', '/Observation/a/$validate')
  assert.equal(validated.status, 403)
  const entry = ['Observation/a', 'Observation/a/_history/1', 'Observation?code=one'].map((url) => ({
    request: { method: 'GET', url },
  }))
  const { all } = await api.sendBlind('POST', '', { resourceType: 'Bundle', type: 'batch', entry })
  assert.equal(all.match(/"status":"403"/g)?.length, 3, all)
  for (const each of [patched, validated]) assert.doesNotMatch(each.all, /zebra/)
  assert.doesNotMatch(all, /zebra/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base, openFamily } from './r4-family.ts'
import { immunization, patient } from './seeded-api.ts'

interface Entry {
  response: { status: string; location?: string; etag?: string }
  resource?: Record<string, unknown>
}

async function openBundles() {
  const api = await openFamily()
  const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], {
    scopes: ['user/*.cruds'],
  })
  const post = async (...entry: object[]) => {
    const body = { resourceType: 'Bundle', type: 'transaction', entry }
    const answer = await api.send({ method: 'POST', path: base, token, body })
    const json = answer.json as unknown as { entry?: Entry[]; issue?: Array<{ expression?: string[] }> }
    return { ...answer, entries: json.entry ?? [], expression: json.issue?.[0]?.expression?.[0] }
  }
  const read = async (path: string) =>
    (await api.get(`${base}/${path}`, token)).json as unknown as Record<string, never>
  const count = async (path: string) => (await api.get(`${base}/${path}`, token)).json.total as number
  return Object.assign(api, { token, post, read, count })
}

const basic = (more: object = {}) => ({ resourceType: 'Basic', code: { text: 'x' }, ...more })
const mrn = (value: string) => [{ system: 'urn:mrn', value }]
const idOf = (location = '') => location.split('/').at(-3) ?? ''

test('a transaction leaves references alone that are not to its own entries, with their versions', async () => {
  await using api = await openBundles()
  const provenance = {
    resourceType: 'Provenance',
    id: 'p',
    recorded: '2024-01-01T00:00:00Z',
    target: [{ reference: 'Patient/ada/_history/1' }],
    agent: [{ who: { reference: 'Practitioner/doc/_history/1' } }],
  }
  const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/language', value: 'en' }])).toString(
    'base64',
  )
  const done = await api.post(
    { request: { method: 'PUT', url: 'Provenance/p' }, resource: provenance },
    // Not even an entry about the same record takes the version away.
    {
      fullUrl: 'https://api.example.org/fhir/r4/Practitioner/doc',
      request: { method: 'PUT', url: 'Practitioner/doc' },
      resource: { resourceType: 'Practitioner', id: 'doc' },
    },
  )
  assert.equal(done.status, 200, done.text)
  assert.match(
    JSON.stringify(await api.read('Provenance/p')),
    /"Patient\/ada\/_history\/1".*"Practitioner\/doc\/_history\/1"/,
  )
  const patched = await api.post({
    request: { method: 'PATCH', url: 'Provenance/p' },
    resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data: patch },
  })
  assert.equal(patched.status, 200, patched.text)
  assert.match(JSON.stringify(await api.read('Provenance/p')), /"Patient\/ada\/_history\/1".*"language":"en"/)
})

test('links to other entries are rewritten wherever a link may stand, and nowhere else', async () => {
  await using api = await openBundles()
  const uuid = (digit: number) => `urn:uuid:00000000-0000-4000-8000-00000000000${digit}`
  const done = await api.post(
    { fullUrl: uuid(1), request: { method: 'POST', url: 'Basic' }, resource: basic() },
    {
      fullUrl: uuid(2),
      request: { method: 'POST', url: 'Basic' },
      resource: basic({
        identifier: [{ system: 'urn:ietf:rfc:3986', value: uuid(1) }],
        text: {
          status: 'generated',
          div: `<div xmlns="http://www.w3.org/1999/xhtml"><a class="x" href="${uuid(1)}">a</a><img alt="" src='${uuid(1)}'/><p title="${uuid(1)}">${uuid(1)}</p></div>`,
        },
        extension: [
          { url: 'http://x.example/uri', valueUri: uuid(1) },
          { url: 'http://x.example/url', valueUrl: uuid(1) },
          { url: 'http://x.example/uuid', valueUuid: uuid(1) },
          { url: 'http://x.example/ref', valueReference: { reference: uuid(1) } },
          { url: 'http://x.example/file', valueAttachment: { url: uuid(1) } },
          { url: 'http://x.example/canonical', valueCanonical: uuid(1) },
          { url: 'http://x.example/text', valueString: uuid(1) },
        ],
      }),
    },
  )
  assert.equal(done.status, 200, done.text)
  const [first, second] = done.entries.map(({ response }) => idOf(response.location))
  const stored = (await api.read(`Basic/${second}`)) as unknown as {
    text: { div: string }
    identifier: object[]
    extension: Array<Record<string, unknown>>
  }
  const address = `Basic/${first}`
  assert.equal(
    stored.text.div,
    `<div xmlns="http://www.w3.org/1999/xhtml"><a class="x" href="${address}">a</a><img alt="" src='${address}'/><p title="${uuid(1)}">${uuid(1)}</p></div>`,
  )
  assert.deepEqual(stored.identifier, [{ system: 'urn:ietf:rfc:3986', value: uuid(1) }])
  assert.deepEqual(
    stored.extension.map(({ url: _url, ...value }) => Object.values(value)[0]),
    [address, address, address, { reference: address }, { url: address }, uuid(1), uuid(1)],
  )
})

test('a relative reference is read below the address of its entry', async () => {
  await using api = await openBundles()
  const other = 'https://other.example/fhir'
  const done = await api.post(
    { fullUrl: `${other}/Basic/1`, request: { method: 'POST', url: 'Basic' }, resource: basic() },
    {
      fullUrl: `${other}/Basic/2`,
      request: { method: 'POST', url: 'Basic' },
      resource: basic({
        author: { reference: 'Practitioner/3' },
        extension: [{ url: 'http://x.example', valueReference: { reference: 'Basic/1' } }],
      }),
    },
    {
      fullUrl: `${other}/Practitioner/3`,
      request: { method: 'POST', url: 'Practitioner' },
      resource: { resourceType: 'Practitioner' },
    },
  )
  assert.equal(done.status, 200, done.text)
  const [first, second, third] = done.entries.map(({ response }) => idOf(response.location))
  const stored = (await api.read(`Basic/${second}`)) as unknown as {
    author: unknown
    extension: Array<{ valueReference: unknown }>
  }
  assert.deepEqual(
    [stored.author, stored.extension[0]?.valueReference],
    [{ reference: `Practitioner/${third}` }, { reference: `Basic/${first}` }],
  )
  const lost = await api.post({
    fullUrl: `${other}/Basic/9`,
    request: { method: 'POST', url: 'Basic' },
    resource: basic({ author: { reference: 'Practitioner/9' } }),
  })
  assert.deepEqual([lost.status, lost.expression], [422, 'Bundle.entry[0].resource.author.reference'])
})

test('entries that mean the same record are one, or the transaction is refused', async () => {
  await using api = await openBundles()
  const create = (value: string, condition: string, more: object = {}) => ({
    request: { method: 'POST', url: 'Basic', ifNoneExist: condition },
    resource: basic({ identifier: mrn(value), ...more }),
  })
  const put = (value: string, condition: string) => ({
    request: { method: 'PUT', url: `Basic?${condition}` },
    resource: basic({ identifier: mrn(value) }),
  })
  const same = await api.post(
    { fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000001', ...create('1', 'identifier=urn:mrn|1') },
    { fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000002', ...create('1', 'identifier=urn:mrn|1') },
    {
      request: { method: 'POST', url: 'Basic' },
      resource: basic({
        extension: [
          {
            url: 'http://x.example',
            valueReference: { reference: 'urn:uuid:00000000-0000-4000-8000-000000000002' },
          },
        ],
      }),
    },
  )
  assert.equal(same.status, 200, same.text)
  assert.deepEqual(
    same.entries.map(({ response }) => response.status),
    ['201', '200', '201'],
  )
  const [one, two, third] = same.entries.map(({ response }) => idOf(response.location))
  assert.equal(one, two)
  assert.match(JSON.stringify(await api.read(`Basic/${third}`)), new RegExp(`"Basic/${one}"`))
  for (const entries of [
    [put('2', 'identifier=urn:mrn|2'), put('2', 'identifier=urn:mrn|2')],
    [create('3', 'identifier=urn:mrn|3'), put('3', 'identifier=urn:mrn|3')],
    [create('4', 'identifier=urn:mrn|4'), create('4', 'identifier=4')],
    [
      create('5', 'identifier=urn:mrn|5'),
      { request: { method: 'POST', url: 'Basic' }, resource: basic({ identifier: mrn('5') }) },
    ],
    [
      put('6', 'identifier=6'),
      { request: { method: 'PUT', url: 'Basic/six' }, resource: basic({ id: 'six', identifier: mrn('6') }) },
    ],
    // Both match what is there.
    [put('1', 'identifier=urn:mrn|1'), put('1', 'identifier=1')],
  ]) {
    const refused = await api.post(...entries)
    assert.ok(
      refused.status === 412 || refused.status === 400,
      `${refused.status} ${JSON.stringify(entries)}`,
    )
    assert.match(String(refused.expression), /^Bundle\.entry\[\d\]/)
  }
  assert.equal(await api.count('Basic'), 2)
})

test('a read that fails in a transaction undoes the whole, and one of what the transaction makes does not', async () => {
  await using api = await openBundles()
  const create = { request: { method: 'PUT', url: 'Basic/new' }, resource: basic({ id: 'new' }) }
  for (const [method, url] of [
    ['GET', 'Basic/nowhere'],
    ['GET', 'Patient/ada/_history/9'],
    ['GET', 'Patient?name:wrong=1'],
    ['GET', 'Spaceship/1'],
    ['POST', 'Patient/_search?name:wrong=1'],
  ]) {
    const refused = await api.post(create, { request: { method, url } })
    assert.ok(refused.status >= 400, `${url} ${refused.status}`)
    assert.equal(refused.expression, 'Bundle.entry[1]', url)
    assert.equal((await api.get(`${base}/Basic/new`, api.token)).status, 404, url)
  }
  const gone = await api.post(
    { request: { method: 'DELETE', url: 'Immunization/i1' } },
    { request: { method: 'GET', url: 'Immunization/i1' } },
  )
  assert.equal(gone.status, 404)
  assert.equal((await api.get(`${base}/Immunization/i1`, api.token)).status, 200)
  const done = await api.post(
    create,
    { request: { method: 'GET', url: 'Basic/new' } },
    { request: { method: 'GET', url: 'Patient?name=lowe' } },
    { request: { method: 'POST', url: 'Patient/_search?name=lowe' } },
    { request: { method: 'GET', url: 'Patient/ada', ifNoneMatch: 'W/"1"' } },
  )
  assert.equal(done.status, 200, done.text)
  assert.deepEqual(
    done.entries.map(({ response }) => response.status),
    ['201', '200', '200', '200', '304'],
  )
  assert.deepEqual([done.entries[1]?.resource?.id, done.entries[3]?.resource?.total], ['new', 1])
  const alone = await api.post(
    { request: { method: 'GET', url: 'Basic/nowhere' } },
    { request: { method: 'GET', url: 'Patient/ada' } },
  )
  assert.equal(alone.status, 404)
})

test('the reads of a transaction are answered last, inside it: they see what it has written', async () => {
  await using api = await openBundles()
  await api.addPractice('elm')
  await api.write('elm', patient('eve'), { resourceType: 'Organization', id: 'taken', name: 'Elm' })
  const read = (url: string, more: object = {}) => ({ request: { method: 'GET', url, ...more } })
  const done = await api.post(
    read('Basic?identifier=urn:mrn|7'),
    read('Basic/seven'),
    { request: { method: 'POST', url: 'Basic/_search?identifier=urn:mrn|7' } },
    read('Immunization?patient=ada&_summary=count'),
    read('Basic/_history'),
    // Another practice has this id, so that the record gets another one (decision 0028).
    read('Organization/taken?_elements=name'),
    read('Basic/seven', { ifNoneMatch: 'W/"1"' }),
    { request: { method: 'HEAD', url: 'Basic/seven' } },
    read('metadata?_elements=status'),
    {
      request: { method: 'PUT', url: 'Basic/seven' },
      resource: basic({ id: 'seven', identifier: mrn('7') }),
    },
    {
      request: { method: 'PUT', url: 'Organization/taken' },
      resource: { resourceType: 'Organization', id: 'taken', name: 'Oak, too' },
    },
    { request: { method: 'DELETE', url: 'Immunization/i1' } },
    // A record that is moved to another patient is not found at the first one.
    {
      request: { method: 'PUT', url: 'Immunization/i2' },
      resource: { ...immunization('i2', 'bob'), occurrenceDateTime: '2021-05-01' },
    },
  )
  assert.equal(done.status, 200, done.text)
  const [found, one, posted, none, history, renamed, same, head, metadata] = done.entries
  const totals = [found, posted, none, history].map((each) => each?.resource?.total)
  assert.deepEqual(totals, [1, 1, 0, 1])
  assert.deepEqual([one?.resource?.id, one?.response.etag], ['seven', 'W/"1"'])
  assert.deepEqual([renamed?.response.status, renamed?.resource?.name], ['200', 'Oak, too'])
  assert.deepEqual([same?.response.status, head?.response.status, head?.resource], ['304', '200', undefined])
  assert.deepEqual([metadata?.response.status, metadata?.resource?.status], ['200', 'active'])
  const own = idOf(done.entries[10]?.response.location)
  assert.equal(renamed?.resource?.id, own)
  assert.notEqual(own, 'taken')
})

test('a read in a transaction reads what the token may read, and nothing else', async () => {
  await using api = await openBundles()
  await api.addPractice('elm')
  await api.write('elm', patient('eve'), immunization('e1', 'eve'))
  const create = { request: { method: 'PUT', url: 'Basic/new' }, resource: basic({ id: 'new' }) }
  const read = (url: string) => ({ request: { method: 'GET', url } })
  for (const url of ['Patient/eve', 'Immunization/e1', 'Patient/eve/_history/1', 'Patient/eve/$everything']) {
    const refused = await api.post(create, read(url))
    assert.deepEqual([refused.status, refused.expression], [404, 'Bundle.entry[1]'], url)
    assert.doesNotMatch(refused.text, /2019|birthDate/)
  }
  const found = await api.post(create, read('Immunization?patient=eve'), read('Patient?_id=eve,ada'))
  assert.deepEqual(
    found.entries.map(({ resource }) => resource?.total),
    [undefined, 0, 1],
  )
  const narrow = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], {
    scopes: ['user/Basic.cruds', 'user/Observation.rs?category=laboratory'],
  })
  const ask = async (...entry: object[]) => {
    const body = { resourceType: 'Bundle', type: 'transaction', entry }
    const answer = await api.send({ method: 'POST', path: base, token: narrow.token, body })
    const { entry: entries = [] } = answer.json as unknown as { entry?: Entry[] }
    return [answer.status, ...entries.slice(1).map(({ resource }) => resource?.total ?? resource?.id)]
  }
  const other = {
    ...create,
    request: { method: 'PUT', url: 'Basic/other' },
    resource: basic({ id: 'other' }),
  }
  assert.deepEqual(await ask(other, read('Observation'), read('Observation/o1')), [200, 1, 'o1'])
  assert.deepEqual(await ask(other, read('Observation/o2')), [404])
  assert.deepEqual(await ask(other, read('Immunization/i1')), [403])
  const blind = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], { scopes: ['user/Basic.c'] })
  const body = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { ...other, request: { method: 'PUT', url: 'Basic/third' }, resource: basic({ id: 'third' }) },
      read('Basic/third'),
    ],
  }
  const unseen = await api.send({ method: 'POST', path: base, token: blind.token, body })
  assert.equal(unseen.status, 403, unseen.text)
  assert.equal((await api.get(`${base}/Basic/third`, api.token)).status, 404)
})

test('the pointer "" of a JSON Patch is the whole record', async () => {
  await using api = await openBundles()
  const path = `${base}/Basic/b`
  const put = () =>
    api.send({ method: 'PUT', path, token: api.token, body: basic({ id: 'b', language: 'en' }) })
  const patch = async (...operations: object[]) => {
    await put()
    const answer = await api.send({
      method: 'PATCH',
      path,
      token: api.token,
      body: JSON.stringify(operations),
      headers: { 'content-type': 'application/json-patch+json' },
    })
    return [answer.status, (answer.json as { language?: string }).language]
  }
  const whole = (await put()).json as object
  const other = basic({ id: 'b', language: 'fr' })
  assert.deepEqual(await patch({ op: 'replace', path: '', value: other }), [200, 'fr'])
  assert.deepEqual(await patch({ op: 'add', path: '', value: other }), [200, 'fr'])
  assert.deepEqual(
    await patch({ op: 'replace', path: '', value: other }, { op: 'replace', path: '/language', value: 'de' }),
    [200, 'de'],
  )
  const { meta: _meta, ...content } = whole as { meta: object }
  assert.deepEqual(
    (await patch({ op: 'remove', path: '/meta' }, { op: 'test', path: '', value: content }))[0],
    200,
  )
  for (const refused of [
    { op: 'remove', path: '' },
    { op: 'replace', path: '', value: basic({ id: 'c' }) },
    { op: 'replace', path: '', value: 'text' },
    { op: 'replace', path: '', value: { ...patient('b') } },
    { op: 'test', path: '', value: other },
    { op: 'move', from: '', path: '/extension' },
    { op: 'copy', from: '/code', path: '' },
  ])
    assert.ok([400, 422].includes(Number((await patch(refused))[0])), JSON.stringify(refused))
})

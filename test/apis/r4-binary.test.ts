import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base, openFamily } from './r4-family.ts'

const fhir = 'application/fhir+json'

async function openBinaries() {
  const api = await openFamily()
  const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], {
    scopes: ['user/*.cruds'],
  })
  const ask = async (path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') => {
    const answer = await api.app.inject({
      method,
      url: `${base}/${path}`,
      headers: { host: 'api.example.org', authorization: `Bearer ${token}`, ...headers },
    })
    return { status: answer.statusCode, headers: answer.headers, bytes: answer.rawPayload }
  }
  const write = (
    method: 'POST' | 'PUT',
    path: string,
    body: Buffer | string,
    type: string,
    more: Record<string, string> = {},
  ) => api.send({ method, path: `${base}/${path}`, token, body, headers: { 'content-type': type, ...more } })
  return Object.assign(api, { token, ask, write })
}

/** Every byte there is, twice. */
const bytes = Buffer.from(Array.from({ length: 512 }, (_, at) => at % 256))

test('the bytes of a Binary go in and come out as they are, of any media type', async () => {
  await using api = await openBinaries()
  for (const type of [
    'application/pdf',
    'image/png',
    'text/plain; charset=utf-8',
    'text/html',
    'application/x-www-form-urlencoded',
    'application/xml',
  ]) {
    const created = await api.write('POST', 'Binary', type.includes('form') ? 'a=1&b=2' : bytes, type)
    assert.equal(created.status, 201, `${type} ${created.text}`)
    const sent = type.includes('form') ? Buffer.from('a=1&b=2') : bytes
    const { id } = created.json as unknown as { id: string }
    const read = await api.ask(`Binary/${id}`)
    assert.deepEqual([read.status, read.headers['content-type'], read.bytes], [200, type, sent])
    // Nothing that somebody uploaded is ever shown as a page of ours.
    assert.equal(read.headers['content-disposition'], 'attachment')
    assert.equal(read.headers['x-content-type-options'], 'nosniff')
    assert.match(String(read.headers['content-security-policy']), /^sandbox/)
    const resource = JSON.parse((await api.ask(`Binary/${id}`, { accept: fhir })).bytes.toString())
    assert.deepEqual([resource.contentType, resource.data], [type, sent.toString('base64')])
    const version = await api.ask(`Binary/${id}/_history/1`, { accept: type })
    assert.deepEqual([version.status, version.bytes], [200, sent])
  }
  const put = await api.write('PUT', 'Binary/mine', bytes, 'image/png', {
    'x-security-context': 'Patient/ada',
  })
  assert.deepEqual(
    [put.status, put.json.id, put.json.securityContext],
    [201, 'mine', { reference: 'Patient/ada' }],
  )
  const again = await api.write('PUT', 'Binary/mine', Buffer.from('x'), 'text/plain')
  assert.deepEqual([again.status, again.headers.etag], [200, 'W/"2"'])
  assert.equal((await api.ask('Binary/mine')).bytes.toString(), 'x')
  const asResource = { resourceType: 'Binary', id: 'json', contentType: 'text/plain', data: 'eA==' }
  assert.equal((await api.write('PUT', 'Binary/json', JSON.stringify(asResource), fhir)).status, 201)
  for (const [path, type] of [
    ['Binary', 'application/fhir+xml'],
    ['Binary', 'not a type'],
    ['Patient', 'application/pdf'],
  ] as const)
    assert.match(String((await api.write('POST', path, bytes, type)).status), /^4(00|15)$/, `${path} ${type}`)
  assert.equal((await api.write('POST', 'Binary', Buffer.alloc(16 * 1024 * 1024), 'image/png')).status, 413)
})

test('Accept says whether a Binary comes as bytes or as a resource', async () => {
  await using api = await openBinaries()
  await api.write('PUT', 'Binary/pdf', bytes, 'application/pdf')
  const typeFor = async (accept: string, query = '') => {
    const { status, headers } = await api.ask(`Binary/pdf${query}`, { accept })
    return status === 200 ? String(headers['content-type']).split(';')[0] : status
  }
  const cases: Array<[string, string | number]> = [
    ['application/pdf', 'application/pdf'],
    ['application/*', 'application/pdf'],
    ['*/*', 'application/pdf'],
    [fhir, fhir],
    ['application/json', 'application/json'],
    ['application/json, text/plain, */*', 'application/json'],
    ['application/pdf, application/fhir+json;q=0.9', 'application/pdf'],
    ['application/pdf;q=0.1, application/fhir+json', fhir],
    ['application/pdf;q=0, */*;q=0.1', 406],
    ['image/png', 406],
    ['image/png, application/fhir+json;q=0.1', fhir],
    ['application/fhir+xml', 406],
  ]
  for (const [accept, type] of cases) assert.equal(await typeFor(accept), type, accept)
  assert.equal(await typeFor('application/pdf', '?_format=json'), fhir)
  assert.equal(await typeFor('application/pdf', '?_format=xml'), 406)
  const search = await api.ask('Binary?_id=pdf', { accept: fhir })
  assert.match(search.bytes.toString(), /"resourceType":"Binary"/)
  const batch = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'GET', url: 'Binary/pdf' } }],
  }
  const { json } = await api.send({ method: 'POST', path: base, token: api.token, body: batch })
  const [entry] = json.entry as Array<{ resource: { resourceType: string } }>
  assert.equal(entry?.resource.resourceType, 'Binary')
})

test('a part of a Binary, its head and its version can be asked for', async () => {
  await using api = await openBinaries()
  await api.write('PUT', 'Binary/b', bytes, 'image/png')
  const cases: Array<[range: string, status: number, contentRange: string | undefined, part: Buffer]> = [
    ['bytes=0-9', 206, 'bytes 0-9/512', bytes.subarray(0, 10)],
    ['bytes=500-', 206, 'bytes 500-511/512', bytes.subarray(500)],
    ['bytes=500-9999', 206, 'bytes 500-511/512', bytes.subarray(500)],
    ['bytes=-12', 206, 'bytes 500-511/512', bytes.subarray(500)],
    ['bytes=-9999', 206, 'bytes 0-511/512', bytes],
    ['bytes=512-', 416, 'bytes */512', Buffer.alloc(0)],
    ['bytes=-0', 416, 'bytes */512', Buffer.alloc(0)],
    ['bytes=9-3', 200, undefined, bytes],
    ['bytes=0-1,5-6', 200, undefined, bytes],
    ['lines=0-9', 200, undefined, bytes],
  ]
  for (const [range, status, contentRange, part] of cases) {
    const answer = await api.ask('Binary/b', { range })
    assert.deepEqual(
      [answer.status, answer.headers['content-range'], answer.bytes],
      [status, contentRange, part],
      range,
    )
    assert.equal(answer.headers['accept-ranges'], 'bytes')
  }
  // A tag that is weak proves nothing about bytes.
  assert.equal((await api.ask('Binary/b', { range: 'bytes=0-9', 'if-range': 'W/"1"' })).status, 200)
  const head = await api.ask('Binary/b', {}, 'HEAD')
  assert.deepEqual(
    [
      head.status,
      head.headers['content-length'],
      head.headers['content-type'],
      head.headers.etag,
      head.bytes.length,
    ],
    [200, '512', 'image/png', 'W/"1"', 0],
  )
  assert.equal((await api.ask('Binary/b', { 'if-none-match': 'W/"1"' })).status, 304)
  const asResource = await api.ask('Binary/b', { accept: fhir, range: 'bytes=0-9' })
  assert.equal(asResource.status, 200)
})

test('the bytes of a Binary are shown to whoever may read it and to nobody else', async () => {
  await using api = await openBinaries()
  await api.addPractice('elm')
  await api.write('PUT', 'Binary/b', bytes, 'image/png', { 'x-security-context': 'Patient/bob' })
  const { token: stranger } = await api.issueToken([{ role: 'provider', practiceId: 'elm' }])
  for (const token of [api.ada, stranger])
    assert.equal((await api.get(`${base}/Binary/b`, token)).status, 404)
  const { token: bob } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'bob' }])
  assert.equal((await api.get(`${base}/Binary/b`, bob)).status, 200)
  const write = await api.send({
    method: 'PUT',
    path: `${base}/Binary/b`,
    token: bob,
    body: bytes,
    headers: { 'content-type': 'image/png' },
  })
  assert.equal(write.status, 403)
})

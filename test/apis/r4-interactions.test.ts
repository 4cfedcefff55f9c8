import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { CapabilityStatement } from 'fhir/r4'
import table from '#fhir/validation/profiles.json' with { type: 'json' }
import { type Bundle, base, idsOf, linkOf, openFamily, search } from './r4-family.ts'
import { about, patient } from './seeded-api.ts'

test('the CapabilityStatement names the profiles that writes are checked against, and no others', async () => {
  await using api = await openFamily()
  const { json } = await api.get(`${base}/metadata`)
  const [rest] = (json as unknown as CapabilityStatement).rest ?? []
  const stated = (rest?.resource ?? []).flatMap(({ supportedProfile = [] }) => supportedProfile)
  const checked = Object.entries<{ type: string; versions: object }>(table.profiles)
    .filter(([, { type }]) => type !== 'Extension')
    .flatMap(([url, { versions }]) => [url, ...Object.keys(versions).map((version) => `${url}|${version}`)])
  assert.deepEqual(stated.toSorted(), checked.toSorted())
  const patients = rest?.resource?.find(({ type }) => type === 'Patient')
  assert.ok(patients?.searchRevInclude?.includes('Provenance:target'))
  assert.ok(patients?.searchRevInclude?.includes('Observation:patient'))
  assert.equal(patients?.conditionalRead, 'full-support')
})

test('every include that the CapabilityStatement names is answered', async () => {
  await using api = await openFamily()
  const { json } = await api.get(`${base}/metadata`)
  const [rest] = (json as unknown as CapabilityStatement).rest ?? []
  for (const { type, searchInclude = [], searchRevInclude = [] } of rest?.resource ?? []) {
    const asked = [
      ...searchInclude.slice(0, 25).map((each) => `_include=${each}`),
      ...searchRevInclude.slice(0, 25).map((each) => `_revinclude=${each}`),
    ]
    if (asked.length > 0) await search(api, `${type}?_count=1&${asked.join('&')}`, api.doctor)
  }
})

test('_at tells the versions that were current then', async () => {
  await using api = await openFamily()
  const day = 24 * 60 * 60 * 1000
  const start = api.time.now
  const { token } = await api.issueToken([{ role: 'provider', practiceId: 'oak' }], { lifetimeSeconds: 1e7 })
  const at = (days: number) => new Date(start + days * day).toISOString()
  api.time.now = start + 10 * day
  await api.write('oak', { ...patient('ada'), gender: 'male' })
  api.time.now = start + 20 * day
  await api.write('oak', { ...patient('ada'), gender: 'other' })
  const versions = async (query: string) =>
    ((await search(api, `Patient/ada/_history?${query}`, token)).entry ?? []).map(
      ({ resource }) => (resource.meta as { versionId: string }).versionId,
    )
  assert.deepEqual(await versions(`_at=${at(5)}`), ['1'])
  assert.deepEqual(await versions(`_at=${at(10)}`), ['2'])
  assert.deepEqual(await versions(`_at=${at(25)}`), ['3'])
  assert.deepEqual(await versions(`_at=${at(-1)}`), [])
  assert.deepEqual(await versions(`_at=${at(0).slice(0, 4)}`), ['3', '2', '1'])
  assert.deepEqual(await versions(`_at=${at(0).slice(0, 4)}&_since=${at(11)}`), ['3'])
  const ofType = await search(api, `Patient/_history?_at=${at(15)}&_count=1`, token)
  assert.equal(ofType.total, 2)
  const next = await search(api, linkOf(ofType, 'next') ?? '', token)
  const both = [...(ofType.entry ?? []), ...(next.entry ?? [])].map(
    ({ resource }) => `${resource.id}/${(resource.meta as { versionId: string }).versionId}`,
  )
  assert.deepEqual(both.toSorted(), ['ada/2', 'bob/1'])
  assert.equal((await api.get(`${base}/Patient/_history?_at=then`, token)).status, 400)
})

test('what is answered to GET is answered to HEAD, without the body', async () => {
  await using api = await openFamily()
  const paths = [
    'metadata',
    '.well-known/smart-configuration',
    'Patient/ada',
    'Patient/ada/_history',
    'Patient/ada/_history/1',
    'Patient/_history',
    'Patient/ada/$everything',
    'Patient/ada/$validate',
    'Patient?name=ada',
    'Patient/nobody',
    'Spaceship',
  ]
  for (const path of paths) {
    const [get, head] = await Promise.all(
      (['GET', 'HEAD'] as const).map((method) =>
        api.app.inject({
          method,
          url: `${base}/${path}`,
          headers: { authorization: `Bearer ${api.doctor}`, host: 'api.example.org' },
        }),
      ),
    )
    assert.equal(head?.statusCode, get?.statusCode, path)
    assert.equal(head?.payload, '', path)
    for (const name of ['etag', 'last-modified', 'content-type'])
      assert.equal(head?.headers[name], get?.headers[name], `${path} ${name}`)
  }
})

test('a search may come in the address, in a form, and in both', async () => {
  await using api = await openFamily()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const post = async (query: string, body: string): Promise<Bundle> => {
    const path = `${base}/Observation/_search${query}`
    const { status, text } = await api.send({ method: 'POST', path, token: api.doctor, body, headers })
    assert.equal(status, 200, text)
    return JSON.parse(text) as Bundle
  }
  for (const [query, body] of [
    ['?patient=ada&category=laboratory', ''],
    ['', 'patient=ada&category=laboratory'],
    ['?patient=ada', 'category=laboratory'],
  ] as const) {
    const found = await post(query, body)
    assert.deepEqual(idsOf(found), ['o1'], `${query} ${body}`)
    assert.match(linkOf(found, 'self') ?? '', /Observation\?patient=ada&category=laboratory$/)
  }
  const path = `${base}/Observation/_search`
  const pretty = await api.send({ method: 'POST', path, token: api.doctor, body: '_pretty=true', headers })
  assert.match(pretty.text, /\n {2}"type": "searchset"/)
  const xml = await api.send({ method: 'POST', path, token: api.doctor, body: '_format=xml', headers })
  assert.equal(xml.status, 406)
})

test('an answer in another format than JSON is refused, not given as something else', async () => {
  await using api = await openFamily()
  const read = (accept: string, query = '') => api.get(`${base}/Patient/ada${query}`, api.ada, { accept })
  for (const accept of [
    'application/fhir+xml',
    'text/turtle',
    'application/xml;q=1',
    'application/fhir+json;q=0, application/fhir+xml',
    'application/fhir+xml, application/json; q=0.000',
    'application/fhir+json;q=0',
    'application/fhir+xml, */*;q=0',
    'application/*;q=0, */*;q=0.5',
  ])
    assert.equal((await read(accept)).status, 406, accept)
  for (const accept of [
    '*/*',
    'application/fhir+xml, application/fhir+json;q=0.5',
    'text/html,application/xml',
    '',
  ])
    assert.equal((await read(accept)).status, 200, accept)
  // https://hl7.org/fhir/R4/http.html#mime-type: it stands above the header.
  assert.equal((await read('application/fhir+xml', '?_format=json')).status, 200)
  assert.equal((await read('application/json', '?_format=application/fhir%2Bxml')).status, 406)
})

test('a read that asks for a part in a way that is not known is refused', async () => {
  await using api = await openFamily()
  assert.equal((await api.get(`${base}/Patient/ada?_summary=some`, api.ada)).status, 400)
  assert.equal((await api.get(`${base}/Patient/ada?_summary=count`, api.ada)).status, 400)
  const whole = await api.get(`${base}/Patient/ada?_summary=false`, api.ada)
  assert.equal(whole.text, (await api.get(`${base}/Patient/ada`, api.ada)).text)
})

test('$everything brings along who is named, and takes its parameters in a body, too', async () => {
  await using api = await openFamily()
  const all = await search(api, 'Patient/ada/$everything', api.ada)
  assert.deepEqual(idsOf(all).toSorted(), ['ada', 'doc', 'i1', 'i2', 'o1', 'o2'])
  const post = (body: object) =>
    api.send({ method: 'POST', path: `${base}/Patient/ada/$everything`, token: api.ada, body })
  const parameter = [
    { name: '_type', valueCode: 'Observation' },
    { name: '_type', valueCode: 'Patient' },
    { name: '_count', valueInteger: 2 },
  ]
  const some = await post({ resourceType: 'Parameters', parameter })
  assert.deepEqual(idsOf(some.json as unknown as Bundle), ['o1', 'o2'])
  const next = linkOf(some.json as unknown as Bundle, 'next')
  assert.deepEqual(idsOf(await search(api, next ?? '', api.ada)), ['ada'])
  for (const wrong of [
    { resourceType: 'Patient' },
    { resourceType: 'Parameters', parameter: [{ name: 'start' }] },
  ])
    assert.equal((await post(wrong)).status, 400)
  assert.match((await api.get(`${base}/Patient/$everything`, api.ada)).text, /no such address/)
})

test('a browser may write and read conditionally from any origin', async () => {
  await using api = await openFamily()
  const { statusCode, headers } = await api.app.inject({
    method: 'OPTIONS',
    url: `${base}/Patient/ada`,
    headers: {
      origin: 'https://app.example.com',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,if-match,prefer,content-type',
    },
  })
  assert.equal(statusCode, 204)
  assert.match(String(headers['access-control-allow-methods']), /PUT/)
  assert.match(String(headers['access-control-allow-headers']), /If-Match/)
  assert.equal(headers['access-control-allow-credentials'], undefined)
  const read = await api.get(`${base}/Patient/ada`, api.ada)
  assert.match(String(read.headers['access-control-expose-headers']), /ETag/)
})

test('the reads of a batch are conditional when they say so', async () => {
  await using api = await openFamily()
  const entry = [
    { ifNoneMatch: 'W/"1"' },
    { ifNoneMatch: 'W/"2"' },
    { ifModifiedSince: '2025-06-02T00:00:00Z' },
  ].map((more) => ({ request: { method: 'GET', url: 'Patient/ada', ...more } }))
  const body = { resourceType: 'Bundle', type: 'batch', entry }
  const { json } = await api.send({ method: 'POST', path: base, token: api.ada, body })
  const answers = json.entry as Array<{ response: { status: string }; resource?: object }>
  assert.deepEqual(
    answers.map(({ response, resource }) => [response.status, resource !== undefined]),
    [
      ['304', false],
      ['200', true],
      ['304', false],
    ],
  )
})

test('histories and $everything tell their total alone, and give the part of each record that is asked for', async () => {
  await using api = await openFamily()
  await api.write('oak', { ...patient('ada'), gender: 'male' })
  const lists: Array<[string, number]> = [
    ['Patient/ada/_history', 2],
    ['Patient/_history', 3],
    ['Practitioner/doc/_history', 1],
    ['Patient/ada/_history?_since=2100', 0],
    ['Patient/ada/$everything', 6],
    ['Patient/ada/$everything?_type=Observation&start=2024-04-01', 1],
  ]
  for (const [path, total] of lists)
    for (const question of ['_count=0', '_summary=count']) {
      const found = await search(api, `${path}${path.includes('?') ? '&' : '?'}${question}`, api.doctor)
      assert.deepEqual(
        [found.total, found.entry, found.link.map(({ relation }) => relation)],
        [total, undefined, ['self']],
        `${path} ${question}`,
      )
    }
  for (const path of ['Patient/ada/_history', 'Patient/ada/$everything?_type=Patient']) {
    const question = path.includes('?') ? '&' : '?'
    const { entry = [] } = await search(api, `${path}${question}_elements=gender`, api.doctor)
    assert.ok(entry.length > 0)
    for (const { resource } of entry) {
      assert.equal(resource.name, undefined)
      assert.match(JSON.stringify(resource), /SUBSETTED/)
    }
    assert.equal((await api.get(`${base}/${path}${question}_summary=some`, api.doctor)).status, 400)
    assert.equal((await api.get(`${base}/${path}${question}_count=-1`, api.doctor)).status, 400)
  }
  const version = await api.get(`${base}/Patient/ada/_history/1?_elements=birthDate`, api.doctor)
  assert.deepEqual(Object.keys(version.json).toSorted(), ['birthDate', 'id', 'meta', 'resourceType'])
})

test('metadata is sent compressed to who takes that, and not again to who has it', async () => {
  await using api = await openFamily()
  const ask = (path: string, headers: Record<string, string> = {}) =>
    api.app.inject({ url: path, headers: { host: 'api.example.org', ...headers } })
  for (const path of [
    `${base}/metadata`,
    `${base}/.well-known/smart-configuration`,
    '/onpatient_api/fhir/.well-known/smart-configuration',
  ]) {
    const plain = await ask(path)
    assert.equal(plain.headers['content-encoding'], undefined)
    assert.match(String(plain.headers.vary), /Accept-Encoding/)
    assert.equal(plain.headers['cache-control'], 'public, no-cache')
    for (const [accepted, coding] of [
      ['gzip, deflate, br', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0.1, gzip;q=0.9', 'gzip'],
      ['*', 'br'],
      ['br;q=0, gzip;q=0', undefined],
      ['identity, gzip;q=0.5', undefined],
      ['deflate', undefined],
    ] as const) {
      const { headers, rawPayload } = await ask(path, { 'accept-encoding': accepted })
      assert.equal(headers['content-encoding'], coding, accepted)
      const bytes =
        coding === 'br'
          ? brotliDecompressSync(rawPayload)
          : coding === 'gzip'
            ? gunzipSync(rawPayload)
            : rawPayload
      assert.equal(bytes.toString(), plain.payload)
      assert.equal(headers.etag, plain.headers.etag)
    }
    const etag = String(plain.headers.etag)
    for (const tags of [etag, `"other", ${etag}`, etag.slice(2), '*']) {
      const again = await ask(path, { 'if-none-match': tags })
      assert.deepEqual([again.statusCode, again.payload], [304, ''])
    }
    assert.equal((await ask(path, { 'if-none-match': 'W/"other"' })).statusCode, 200)
  }
})

test('parts of metadata are what the standard says, each with an ETag of its own', async () => {
  await using api = await openFamily()
  const read = async (query: string) => {
    const { status, headers, json } = await api.get(`${base}/metadata?${query}`)
    assert.equal(status, 200, query)
    return { etag: headers.etag, statement: json as unknown as CapabilityStatement & Record<string, unknown> }
  }
  const whole = await read('')
  const summary = await read('_summary=true')
  const [resource] = summary.statement.rest?.[0]?.resource ?? []
  assert.deepEqual(
    Object.keys(resource ?? {}).toSorted(),
    ['operation', 'supportedProfile', 'type'].filter((name) => name in (resource ?? {})),
  )
  assert.equal(summary.statement.rest?.[0]?.resource?.length, whole.statement.rest?.[0]?.resource?.length)
  assert.match(JSON.stringify(summary.statement.meta), /SUBSETTED/)
  const some = await read('_elements=software')
  assert.deepEqual(Object.keys(some.statement).toSorted(), [
    ...['date', 'fhirVersion', 'format', 'kind', 'meta', 'resourceType', 'software', 'status'],
  ])
  const pretty = await read('_pretty=true')
  assert.deepEqual(pretty.statement, whole.statement)
  assert.equal(new Set([whole, summary, some, pretty].map(({ etag }) => etag)).size, 4)
  assert.equal((await api.get(`${base}/metadata?_summary=some`)).status, 400)
  for (let index = 0; index < 50; index++) await read(`_elements=software,x${index}`)
})

test('a summary leaves out what is not part of it inside of its elements, too', async () => {
  await using api = await openFamily()
  await api.write('oak', {
    resourceType: 'Encounter',
    id: 'visit',
    status: 'finished',
    class: { code: 'AMB' },
    subject: about('ada'),
    participant: [
      { individual: { reference: 'Practitioner/doc' }, period: { start: '2024-01-01' } },
      { individual: { reference: 'Practitioner/doc' }, _period: { id: 'p' } },
    ],
  })
  const { json } = await api.get(`${base}/Encounter/visit?_summary=true`, api.doctor)
  assert.deepEqual(json.participant, [
    { individual: { reference: 'Practitioner/doc' } },
    { individual: { reference: 'Practitioner/doc' } },
  ])
})

test('histories and operations refuse or leave out a parameter that they do not know, as Prefer says', async () => {
  await using api = await openFamily()
  for (const [path, knows] of [
    ['Patient/ada/_history', '_since'],
    ['Observation/_history', '_at'],
    ['Patient/ada/$everything', '_type'],
    ['DocumentReference/$docref?patient=ada', 'on-demand'],
  ] as const) {
    const address = `${base}/${path}${path.includes('?') ? '&' : '?'}`
    const strict = await api.get(`${address}_count=2&colour=red`, api.ada, { prefer: 'handling=strict' })
    assert.equal(strict.status, 400, path)
    assert.match(strict.text, /\\"colour\\" is not a parameter here/)
    assert.ok(strict.text.includes(knows), `${path} names what it knows`)
    assert.match(strict.text, /http\.colour/)
    assert.equal(
      (await api.get(`${address}_count=2`, api.ada, { prefer: 'handling=strict' })).status,
      200,
      path,
    )

    const lenient = await api.get(`${address}_count=2&colour=red`, api.ada)
    assert.equal(lenient.status, 200, path)
    const bundle = JSON.parse(lenient.text) as Bundle
    assert.ok(!linkOf(bundle, 'self')?.includes('colour'), path)
    // A history has entries of versions alone.
    assert.equal(lenient.text.includes('is not a parameter here'), !path.includes('_history'), path)
  }
})

test('every entry with a resource has an address, and every code of ours a system that is served', async () => {
  await using api = await openFamily()
  interface Outcome {
    issue: Array<{ details: { coding?: Array<{ system: string; code: string }> } }>
  }
  const entriesOf = (text: string) =>
    (
      JSON.parse(text) as {
        entry: Array<{ fullUrl?: string; resource?: { resourceType: string; id?: string } }>
      }
    ).entry
  const batch = {
    resourceType: 'Bundle',
    type: 'batch',
    entry: ['Patient/ada', 'Patient?wrong=1', 'Patient/nobody'].map((url) => ({
      request: { method: 'GET', url },
    })),
  }
  const texts = [
    (await api.get(`${base}/Patient?wrong=1`, api.doctor)).text,
    (await api.get(`${base}/Patient/ada/$everything?wrong=1`, api.doctor)).text,
    (await api.get(`${base}?_type=Patient,Basic&wrong=1`, api.doctor)).text,
    (await api.send({ method: 'POST', path: base, token: api.doctor, body: batch })).text,
  ]
  for (const text of texts) {
    const entries = entriesOf(text).filter(({ resource }) => resource)
    for (const { fullUrl = '', resource } of entries)
      if (resource?.id)
        assert.equal(fullUrl, `https://api.example.org${base}/${resource.resourceType}/${resource.id}`)
      else assert.match(fullUrl, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
    assert.equal(new Set(entries.map(({ fullUrl }) => fullUrl)).size, entries.length)
  }
  const refused = await api.get(`${base}/Patient/nobody`, api.ada)
  const [coding] = (refused.json as unknown as Outcome).issue[0]?.details.coding ?? []
  const served = await api.get(`${base}/CodeSystem/onpatient-error-code`)
  const { url, concept, count } = served.json as unknown as {
    url: string
    count: number
    concept: Array<{ code: string }>
  }
  assert.deepEqual([served.status, coding?.system, count], [200, url, concept.length])
  assert.ok(concept.some(({ code }) => code === coding?.code))
})

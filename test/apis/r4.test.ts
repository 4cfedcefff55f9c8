import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Bundle, base, idsOf, linkOf, openFamily, search } from './r4-family.ts'
import { immunization, origin } from './seeded-api.ts'

test('metadata needs no token and names types, parameters and where to sign in', async () => {
  await using api = await openFamily()
  const { status, headers, json } = await api.get(`${base}/metadata`)
  assert.equal(status, 200)
  assert.equal(headers['content-type'], 'application/fhir+json; charset=utf-8')
  const { rest } = json as unknown as {
    rest: Array<{ resource: Array<{ type: string; searchParam: Array<{ name: string }> }> }>
  }
  const immunizations = rest[0]?.resource.find(({ type }) => type === 'Immunization')
  for (const name of ['_id', '_lastUpdated', 'patient', 'date', 'status'])
    assert.ok(
      immunizations?.searchParam.some((each) => each.name === name),
      name,
    )
  assert.match(JSON.stringify(rest), /https:\/\/portal\.example\.org\/o\/authorize\//)
})

test('every API says without a token where its authorization server is', async () => {
  await using api = await openFamily()
  for (const root of [base, '/onpatient_api/fhir']) {
    const { status, headers, json } = await api.get(`${root}/.well-known/smart-configuration`, undefined, {
      accept: 'text/html',
    })
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'application/json; charset=utf-8')
    assert.equal(headers['access-control-allow-origin'], '*')
    const { authorization_endpoint, token_endpoint, code_challenge_methods_supported } = json as Record<
      string,
      unknown
    >
    assert.equal(authorization_endpoint, 'https://portal.example.org/o/authorize/')
    assert.equal(token_endpoint, 'https://portal.example.org/o/token/')
    assert.deepEqual(code_challenge_methods_supported, ['S256'])
  }
})

test('a record is read as stored, with ETag and Last-Modified, and not sent again when it is known', async () => {
  await using api = await openFamily()
  const first = await api.get(`${base}/Immunization/i1`, api.ada)
  assert.equal(first.status, 200)
  assert.equal(first.json.id, 'i1')
  assert.equal(first.headers.etag, 'W/"1"')
  const headers = { authorization: `Bearer ${api.ada}` }
  const ask = (more: Record<string, string>) =>
    api.app.inject({ url: `${base}/Immunization/i1`, headers: { ...headers, ...more } })
  assert.equal((await ask({ 'if-none-match': 'W/"1"' })).statusCode, 304)
  assert.equal((await ask({ 'if-none-match': 'W/"2"' })).statusCode, 200)
  assert.equal((await ask({ 'if-modified-since': String(first.headers['last-modified']) })).statusCode, 304)
  assert.equal((await ask({ 'if-modified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' })).statusCode, 200)
  const head = await api.app.inject({ method: 'HEAD', url: `${base}/Immunization/i1`, headers })
  assert.deepEqual([head.statusCode, head.payload], [200, ''])
})

test('older versions are read, and a history tells them newest first', async () => {
  await using api = await openFamily()
  api.time.now += 1000
  await api.write('oak', immunization('i1', 'ada', { status: 'not-done' }))
  const current = await api.get(`${base}/Immunization/i1`, api.ada)
  assert.equal(current.headers.etag, 'W/"2"')
  const first = await api.get(`${base}/Immunization/i1/_history/1`, api.ada)
  assert.equal(first.json.status, 'completed')
  assert.equal((await api.get(`${base}/Immunization/i1/_history/3`, api.ada)).status, 404)
  const history = await search(api, 'Immunization/i1/_history', api.ada)
  assert.deepEqual([history.type, history.total], ['history', 2])
  assert.deepEqual(
    history.entry?.map(({ request }) => request?.method),
    ['PUT', 'PUT'],
  )
  const paged = await search(api, 'Immunization/_history?_count=1', api.ada)
  assert.equal(paged.total, 3)
  const seen = [paged]
  for (let next = linkOf(paged, 'next'); next; next = linkOf(seen.at(-1) as Bundle, 'next'))
    seen.push(await search(api, next, api.ada))
  assert.equal(new Set(seen.map((page) => JSON.stringify(page.entry))).size, 3)
})

test('searches by token, date, quantity, string and reference find what they should', async () => {
  await using api = await openFamily()
  const cases: Array<[string, string[]]> = [
    ['Observation', ['o1', 'o2', 'o3']],
    ['Observation?patient=ada', ['o1', 'o2']],
    ['Observation?subject=Patient/bob', ['o3']],
    ['Observation?category=vital-signs', ['o2', 'o3']],
    ['Observation?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory', ['o1']],
    ['Observation?category=laboratory,vital-signs&patient=ada', ['o1', 'o2']],
    ['Observation?category:not=laboratory', ['o2', 'o3']],
    ['Observation?code=http://loinc.org|code-o2', ['o2']],
    ['Observation?code=http://loinc.org|', ['o1', 'o2', 'o3']],
    ['Observation?code=|code-o2', []],
    ['Observation?date=ge2024-04', ['o2', 'o3']],
    ['Observation?date=2024-03', ['o1']],
    ['Observation?date=gt2024-03&date=lt2024-05', ['o2']],
    ['Observation?value-quantity=gt100', ['o2']],
    ['Observation?value-quantity=lt1.0|http://unitsofmeasure.org|g/L', ['o1', 'o3']],
    ['Observation?_id=o1,o3', ['o1', 'o3']],
    ['Patient?name=low', ['ada']],
    ['Patient?family:exact=Löwe', ['ada']],
    ['Patient?family:exact=lowe', []],
    ['Patient?name:contains=ake', ['bob']],
    ['Patient?birthdate=1990-02-03&gender=female', ['ada']],
    ['Patient?gender:missing=true', ['bob']],
    ['Observation?patient.name=Baker', ['o3']],
    ['Observation?subject:Patient.gender=female', ['o1', 'o2']],
    ['Patient?_has:Observation:patient:category=laboratory', ['ada']],
    ['Patient?_has:Immunization:patient:performer=Practitioner/doc', ['ada']],
    ['Immunization?date=ge2021&_lastUpdated=ge2025', ['i2', 'i3']],
  ]
  for (const [path, ids] of cases)
    assert.deepEqual(idsOf(await search(api, path, api.doctor)).toSorted(), ids, path)
})

test('sorted pages are walked forth and back, each record once, with the total on each', async () => {
  await using api = await openFamily()
  for (const [sort, order] of [
    ['date', ['o1', 'o2', 'o3']],
    ['-date', ['o3', 'o2', 'o1']],
    ['-value-quantity', ['o2', 'o1', 'o3']],
    ['_id', ['o1', 'o2', 'o3']],
    ['-_lastUpdated,-_id', ['o3', 'o2', 'o1']],
    ['code', ['o1', 'o2', 'o3']],
  ] as const) {
    const pages = [await search(api, `Observation?_sort=${sort}&_count=1`, api.doctor)]
    for (let next = linkOf(pages[0] as Bundle, 'next'); next; next = linkOf(pages.at(-1) as Bundle, 'next'))
      pages.push(await search(api, next, api.doctor))
    assert.deepEqual(
      pages.flatMap((page) => idsOf(page)),
      order,
      sort,
    )
    for (const page of pages) assert.equal(page.total, 3)
    const back = await search(api, linkOf(pages[2] as Bundle, 'previous') ?? '', api.doctor)
    assert.deepEqual(idsOf(back), [order[1]], `${sort} backwards`)
  }
})

test('a search comes as a form, too, and its links work as addresses', async () => {
  await using api = await openFamily()
  const answer = await api.app.inject({
    method: 'POST',
    url: `${base}/Observation/_search?_count=1`,
    headers: { authorization: `Bearer ${api.doctor}`, 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'category=vital-signs&_sort=-date',
  })
  assert.equal(answer.statusCode, 200)
  const bundle = answer.json() as Bundle
  assert.deepEqual([bundle.total, idsOf(bundle)], [2, ['o3']])
  assert.deepEqual(idsOf(await search(api, linkOf(bundle, 'next') ?? '', api.doctor)), ['o2'])
})

test('when more would come along with a page than may, the answer says so', async () => {
  await using api = await openFamily()
  const many = Array.from({ length: 1000 }, (_, index) => immunization(`many-${index}`, 'bob'))
  await api.write('oak', ...many)
  const { entry = [] } = await search(api, 'Patient?_revinclude=Immunization:patient', api.doctor)
  const [outcome, ...others] = entry.filter(({ search: found }) => found?.mode === 'outcome')
  assert.equal(entry.length, 2 + 1000 + 1)
  assert.match(JSON.stringify(outcome), /No more than 1000 records come along.*http\._revinclude/)
  assert.deepEqual(others, [])
  const small = await search(api, 'Patient?_id=ada&_revinclude=Immunization:patient', api.doctor)
  assert.deepEqual(
    small.entry?.map(({ search: found }) => found?.mode),
    ['match', 'include', 'include'],
  )
})

test('_include and _revinclude bring along what the token may read', async () => {
  await using api = await openFamily()
  const included = await search(
    api,
    'Immunization?_include=Immunization:performer&_include=Immunization:patient',
    api.ada,
  )
  assert.deepEqual(
    [idsOf(included), idsOf(included, 'include').toSorted()],
    [
      ['i1', 'i2'],
      ['ada', 'doc'],
    ],
  )
  const reverse = await search(api, 'Patient?_revinclude=Immunization:patient', api.ada)
  assert.deepEqual([idsOf(reverse), idsOf(reverse, 'include').toSorted()], [['ada'], ['i1', 'i2']])
  const { token } = await api.issueToken([{ role: 'patient', practiceId: 'oak', patientId: 'ada' }], {
    scopes: ['patient/Immunization.rs'],
  })
  const narrow = await search(api, 'Immunization?_include=Immunization:patient', token)
  assert.deepEqual(idsOf(narrow, 'include'), [])
})

test('_summary, _elements, _total and _pretty shape the answer', async () => {
  await using api = await openFamily()
  const count = await search(api, 'Observation?_summary=count', api.doctor)
  assert.deepEqual([count.total, count.entry], [3, undefined])
  const elements = await search(api, 'Observation?_elements=code&_id=o1', api.doctor)
  const [entry] = elements.entry ?? []
  assert.deepEqual(Object.keys(entry?.resource ?? {}).toSorted(), [
    'code',
    'id',
    'meta',
    'resourceType',
    'status',
  ])
  assert.match(JSON.stringify(entry), /SUBSETTED/)
  const summary = await search(api, 'Patient?_summary=true', api.ada)
  assert.ok(summary.entry?.[0]?.resource.birthDate)
  assert.equal((await search(api, 'Observation?_total=none&_count=1', api.doctor)).total, undefined)
  assert.match((await api.get(`${base}/Patient/ada?_pretty=true`, api.ada)).text, /\n {2}"id": "ada"/)
})

test('a parameter that is not known is named in the outcome, or refused when the client is strict', async () => {
  await using api = await openFamily()
  const lenient = await search(api, 'Observation?colour=red&_id=o1', api.doctor)
  assert.deepEqual(idsOf(lenient), ['o1'])
  const [outcome] = (lenient.entry ?? []).filter(({ search: found }) => found?.mode === 'outcome')
  assert.match(JSON.stringify(outcome), /colour/)
  assert.doesNotMatch(linkOf(lenient, 'self') ?? '', /colour/)
  const strict = await api.get(`${base}/Observation?colour=red`, api.doctor, { prefer: 'handling=strict' })
  assert.equal(strict.status, 400)
  assert.match(strict.text, /colour/)
})

test('$everything holds the whole compartment and who is named there, in pages, and only that', async () => {
  await using api = await openFamily()
  const seen: string[] = []
  let url: string | undefined = `${origin}${base}/Patient/ada/$everything?_count=2`
  while (url) {
    const page: Bundle = await search(api, url, api.doctor)
    seen.push(...(page.entry ?? []).map(({ resource }) => `${resource.resourceType}/${resource.id}`))
    url = linkOf(page, 'next')
  }
  assert.deepEqual(seen.toSorted(), [
    'Immunization/i1',
    'Immunization/i2',
    'Observation/o1',
    'Observation/o2',
    'Patient/ada',
    'Practitioner/doc',
  ])
  const some = await search(api, 'Patient/ada/$everything?_type=Observation&start=2024-04-01', api.ada)
  assert.deepEqual(
    some.entry?.map(({ resource }) => resource.id),
    ['o2'],
  )
  assert.equal((await api.get(`${base}/Patient/bob/$everything`, api.ada)).status, 404)
})

test('what is not served is a 4xx OperationOutcome that says what to do', async () => {
  await using api = await openFamily()
  const cases: Array<[string, number, RegExp]> = [
    ['Spaceship', 404, /not a type of record/],
    ['Observation?date=yesterday', 400, /date/],
    ['Observation?_count=many', 400, /_count/],
    ['Observation?_sort=colour', 400, /colour|_sort/],
    ['Observation?patient=a/b/c', 400, /patient/],
    ['Observation?cursor=abc', 400, /cursor/],
    ['Observation?_format=xml', 406, /only JSON/],
    ['Observation?_id=%ff', 400, /percent-encoded/],
    ['Observation/o1/nothing', 404, /no such address/],
    ['', 400, /_type=/],
    ['Observation/o1/_history/x', 404, /among the records/],
  ]
  for (const [path, status, words] of cases) {
    const answer = await api.get(`${base}/${path}`, api.doctor)
    assert.equal(answer.status, status, `${path}: ${answer.text}`)
    assert.match(answer.text, words, path)
    assert.equal((answer.json as { resourceType?: string }).resourceType, 'OperationOutcome')
  }
  for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
    const { statusCode, headers } = await api.app.inject({ method, url: `${base}/Observation/o1/_history` })
    assert.deepEqual([statusCode, headers.allow], [405, 'GET, HEAD, OPTIONS'])
  }
})

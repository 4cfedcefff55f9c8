import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { newSecret, systemRandom } from '#server/secrets.ts'
import { aClinic, anApplication, aPatient, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

/** What a test looks at of an answer. */
interface Answer {
  status: number
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  json: any
}

interface Asked {
  method?: string
  body?: unknown
  headers?: Record<string, string>
}

interface Bounded extends AsyncDisposable {
  app: TestApp
  clinic: Clinic
  /** As the practice, which reads and writes. */
  ask(path: string, asked?: Asked): Promise<Answer>
  token: string
}

/** A server with bounds that a small test can reach. */
async function startBounded(env: Record<string, string>): Promise<Bounded> {
  const app = await startApp(env)
  const clinic = await aClinic(app, 'North Clinic')
  const application = await anApplication(app, clinic)
  const [association] = await app.modules.practices.listAssociations(clinic.provider.id)
  const scopes = ['user/*.cruds', 'patient/*.rs']
  const grant = await app.modules.grants.create({
    accountId: clinic.provider.id,
    applicationId: application.id,
    scopes,
    associationIds: [association?.id ?? ''],
    expiresAt: undefined,
  })
  const token = newSecret('ops', systemRandom)
  const expiresAt = new Date(app.clock.now().getTime() + 3600_000)
  await app.modules.grants.storeAccessToken({ token, grantId: grant.id, scopes, expiresAt })
  return {
    app,
    clinic,
    token,
    async ask(path, { method = 'GET', body, headers = {} } = {}) {
      const response = await fetch(`${app.fhirUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, text, json: text === '' ? undefined : JSON.parse(text) }
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}

const read = (url: string) => ({ request: { method: 'GET', url } })
const put = (resource: { resourceType: string; id: string }) => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
})
const bundle = (type: 'batch' | 'transaction', entry: object[]) => ({ resourceType: 'Bundle', type, entry })

/** Takes `length` characters and some. */
const observation = (id: string, length = 100) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'x'.repeat(length) },
  subject: { reference: 'Patient/ana' },
})

const codeOf = ({ json }: Answer): string => json.issue[0].details.coding[0].code
const wordsOf = ({ json }: Answer): string => json.issue[0].details.text

describe('bounds of a request', () => {
  let bounded: Bounded
  before(async () => {
    bounded = await startBounded({
      MAX_BUNDLE_ENTRIES: '5',
      MAX_BODY_BYTES: '20000',
      MAX_PAGE_BYTES: '4000',
      MAX_ANSWER_BYTES: '9000',
      MAX_REQUEST_STATEMENTS: '40',
      MAX_RESOURCE_VALUES: '100',
    })
    const { app, clinic } = bounded
    await aPatient(app, clinic, 'ana', { observations: 0, immunizations: 0 })
    const resources = Array.from({ length: 8 }, (_, index) => observation(`o${index}`, 1000))
    // Of each of these all have room on a page, and not beside each other.
    for (const resourceType of ['Condition', 'Procedure'])
      for (const at of [0, 1, 2])
        resources.push({ ...observation(`${resourceType}${at}`, 1000), resourceType } as never)
    await app.modules.records.write(
      resources.map((resource) => ({ practiceId: clinic.practice.id, resource: resource as never })),
    )
  })
  after(() => bounded[Symbol.asyncDispose]())

  for (const type of ['batch', 'transaction'] as const)
    test(`a ${type} has at most so many entries, and the error names the setting`, async () => {
      const entries = (count: number) => Array.from({ length: count }, () => read('Patient/ana'))
      const inside = await bounded.ask('/fhir/r4', { method: 'POST', body: bundle(type, entries(5)) })
      assert.equal(inside.status, 200)
      assert.equal(inside.json.entry.length, 5)
      const outside = await bounded.ask('/fhir/r4', { method: 'POST', body: bundle(type, entries(6)) })
      assert.equal(outside.status, 413)
      assert.equal(codeOf(outside), 'bundle-too-large')
      assert.match(wordsOf(outside), /MAX_BUNDLE_ENTRIES/)
    })

  test('a body has at most so many bytes', async () => {
    const body = (length: number) => {
      const rest = JSON.stringify(observation('big', 0)).length
      return JSON.stringify(observation('big', length - rest))
    }
    const path = '/fhir/r4/Observation/big'
    assert.equal((await bounded.ask(path, { method: 'PUT', body: body(20_000) })).status, 201)
    const outside = await bounded.ask(path, { method: 'PUT', body: body(20_001) })
    assert.equal(outside.status, 413)
    assert.equal(codeOf(outside), 'body-too-large')
    assert.equal((await bounded.ask(path, { method: 'DELETE' })).status, 204)
  })

  test('a resource has at most so many values, be it the whole body or an entry', async () => {
    const notes = (count: number) => ({
      ...observation('valued', 10),
      note: Array.from({ length: count }, (_, index) => ({ text: `note ${index}` })),
    })
    const path = '/fhir/r4/Observation/valued'
    assert.equal((await bounded.ask(path, { method: 'PUT', body: notes(25) })).status, 201)
    const outside = await bounded.ask(path, { method: 'PUT', body: notes(50) })
    assert.equal(outside.status, 413)
    assert.equal(codeOf(outside), 'body-too-large')
    assert.match(wordsOf(outside), /MAX_RESOURCE_VALUES/)
    for (const type of ['batch', 'transaction'] as const) {
      const entry = put({ ...notes(25), id: 'valued' })
      const inside = await bounded.ask('/fhir/r4', { method: 'POST', body: bundle(type, [entry]) })
      assert.equal(inside.status, 200)
      const one = { ...entry, resource: notes(50) }
      const refused = await bounded.ask('/fhir/r4', {
        method: 'POST',
        body: bundle(type, [read('Patient/ana'), one]),
      })
      assert.equal(refused.status, 413)
      assert.deepEqual(refused.json.issue[0].expression, ['Bundle.entry[1]'])
    }
    assert.equal((await bounded.ask(path, { method: 'DELETE' })).status, 204)
  })

  const several = 'Condition,Procedure,Observation'
  for (const [name, path, idsOf] of [
    [
      'classic list',
      '/onpatient_api/fhir/Observation?page-size=50',
      ({ json }: Answer) => json.results.map((each: { id: string }) => each.id),
    ],
    ['search', '/fhir/r4/Observation?_count=50', entryIds],
    ['sorted search', '/fhir/r4/Observation?_sort=-_lastUpdated&_count=50', entryIds],
    ['search of one patient', '/fhir/r4/Observation?patient=ana&_count=50', entryIds],
    ['$everything', '/fhir/r4/Patient/ana/$everything?_type=Observation&_count=50', entryIds],
    ['$everything of several types', `/fhir/r4/Patient/ana/$everything?_type=${several}&_count=50`, entryIds],
    ['search of several types', `/fhir/r4?_type=${several}&_count=50`, entryIds],
    ['search of a compartment', `/fhir/r4/Patient/ana/*?_type=${several}&_count=50`, entryIds],
    ['history', '/fhir/r4/Observation/_history?_count=50&_since=2000', entryIds],
  ] as const)
    test(`a page of a ${name} ends where its records fill it, and a walk finds each record once`, async () => {
      const found: string[] = []
      let pages = 0
      for (let next: string | undefined = path; next !== undefined; pages++) {
        const page = await bounded.ask(next)
        assert.equal(page.status, 200, page.text)
        const ids: string[] = idsOf(page)
        assert.ok(page.text.length < 6000 || ids.length === 1, String(page.text.length))
        found.push(...ids)
        next = nextOf(page)?.replace(bounded.app.fhirUrl, '')
      }
      const own = [...new Set(found)].filter((id) => /^o\d$/.test(id)).sort()
      assert.deepEqual(own, ['o0', 'o1', 'o2', 'o3', 'o4', 'o5', 'o6', 'o7'])
      assert.equal(found.filter((id) => /^o\d$/.test(id)).length, 8)
      assert.ok(pages >= 3, String(pages))
    })

  test('one record has room on a page, however long it is', async () => {
    const path = '/fhir/r4/Observation/long'
    assert.equal((await bounded.ask(path, { method: 'PUT', body: observation('long', 8000) })).status, 201)
    const page = await bounded.ask('/fhir/r4/Observation?_id=long')
    assert.deepEqual(entryIds(page), ['long'])
    assert.equal((await bounded.ask(path, { method: 'DELETE' })).status, 204)
  })

  test('what comes along with a page has as much room as the page, and the answer says what was left out', async () => {
    const page = await bounded.ask('/fhir/r4/Patient?_id=ana&_revinclude=Observation:subject')
    const included = entryIds(page).filter((id) => /^o\d$/.test(id))
    assert.ok(included.length >= 1 && included.length < 8, included.join())
    assert.match(page.text, /OperationOutcome/)
  })

  test('a request asks at most so many statements, be it one operation or a batch', async () => {
    assert.equal((await bounded.ask('/fhir/r4/Patient/ana/$everything?_type=Observation')).status, 200)
    const outside = await bounded.ask('/fhir/r4/Patient/ana/$everything')
    assert.equal(outside.status, 422)
    assert.equal(codeOf(outside), 'request-too-costly')
    assert.match(wordsOf(outside), /MAX_REQUEST_STATEMENTS/)
    const entries = ['Patient/ana', 'Patient/ana/$everything', 'Patient/ana'].map(read)
    const batch = await bounded.ask('/fhir/r4', { method: 'POST', body: bundle('batch', entries) })
    assert.deepEqual(statusesOf(batch), ['200', '422', '422'])
  })

  test('a transaction that hits a bound is undone as a whole', async () => {
    const entry = [
      put(observation('new')),
      ...Array.from({ length: 4 }, (_, index) => ({
        resource: {
          ...observation(`c${index}`),
          subject: { reference: `Patient?identifier=urn:x|${index}` },
        },
        request: { method: 'POST', url: 'Observation' },
      })),
    ]
    // Each name of a chain is a statement of its own, so that the conditions are more than may be asked.
    const condition = Array.from({ length: 12 }, (_, index) => `identifier=urn:y|${index}`).join('&')
    for (const each of entry.slice(1)) Object.assign(each.request, { ifNoneExist: condition })
    const refused = await bounded.ask('/fhir/r4', { method: 'POST', body: bundle('transaction', entry) })
    assert.ok([412, 422].includes(refused.status), refused.text)
    assert.equal((await bounded.ask('/fhir/r4/Observation/new')).status, 404)
  })

  test('a read in a transaction has the bounds of one alone: its page, the statements, the bytes', async () => {
    const transaction = (...urls: string[]) =>
      bounded.ask('/fhir/r4', {
        method: 'POST',
        body: bundle('transaction', [put(observation('kept')), ...urls.map(read)]),
      })
    for (const url of ['Observation?_count=20', 'Observation?_count=20&_sort=_lastUpdated']) {
      const alone = await bounded.ask(`/fhir/r4/${url}&_id=o0,o1,o2,o3,o4,o5,o6,o7`)
      const inside = await transaction(`${url}&_id=o0,o1,o2,o3,o4,o5,o6,o7`)
      assert.equal(inside.status, 200, inside.text)
      const page = { ...inside, json: inside.json.entry[1].resource }
      assert.deepEqual(entryIds(page), entryIds(alone))
      assert.ok(entryIds(page).length < 8)
      const next = ({ json }: Answer) =>
        json.link.find(({ relation }: { relation: string }) => relation === 'next') !== undefined
      assert.ok(next(page))
    }
    const many = 'Observation?_id=o0,o1,o2'
    const bytes = await transaction(many, many, many, many)
    assert.deepEqual([bytes.status, codeOf(bytes)], [422, 'request-too-costly'])
    assert.match(wordsOf(bytes), /MAX_ANSWER_BYTES/)
    const statements = await transaction('Patient/ana/$everything')
    assert.deepEqual([statements.status, codeOf(statements)], [422, 'request-too-costly'])
    assert.match(wordsOf(statements), /MAX_REQUEST_STATEMENTS/)
  })

  test('a batch answers at most so many bytes; what was written is said to be so', async () => {
    const entries = [
      ...['o0', 'o1', 'o2', 'o3'].map((id) => read(`Observation?_id=${id},o4,o5`)),
      put(observation('late')),
    ]
    const batch = await bounded.ask('/fhir/r4', { method: 'POST', body: bundle('batch', entries) })
    assert.deepEqual(statusesOf(batch), ['200', '200', '422', '422', '422'])
    assert.match(JSON.stringify(batch.json.entry[2]), /MAX_ANSWER_BYTES/)
    assert.equal((await bounded.ask('/fhir/r4/Observation/late')).status, 404)
  })
})

describe('the time of a request', () => {
  test('is that of the whole batch: entries that were not reached say so', async () => {
    await using bounded = await startBounded({ MAX_REQUEST_SECONDS: '10' })
    const { app, clinic, token } = bounded
    await aPatient(app, clinic, 'ana')
    const body = bundle(
      'batch',
      Array.from({ length: 50 }, () => read('Patient/ana')),
    )
    const response = await fetch(`${app.fhirUrl}/fhir/r4`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(body),
    })
    assert.equal(response.status, 200)
    // The answer has begun, so that some entries were answered; a client that is slow takes the rest later.
    app.clock.forward(11)
    const { entry } = (await response.json()) as { entry: Array<{ response: { status: string } }> }
    const statuses = entry.map((each) => each.response.status)
    assert.equal(statuses.length, 50)
    assert.ok(
      statuses.every((status) => status === '200' || status === '504'),
      statuses.join(),
    )
    assert.match(
      JSON.stringify(entry.filter((each) => each.response.status === '504').slice(0, 1)),
      /^\[\]$|MAX_REQUEST_SECONDS/,
    )
  })
})

describe('a client that does not take its answer', () => {
  test('is left after a while, and the server answers others', async () => {
    await using bounded = await startBounded({ MAX_ANSWER_SECONDS: '1' })
    const { app, clinic, token } = bounded
    await aPatient(app, clinic, 'ana')
    const resources = Array.from({ length: 40 }, (_, index) => observation(`o${index}`, 100_000))
    await app.modules.records.write(
      resources.map((resource) => ({ practiceId: clinic.practice.id, resource: resource as never })),
    )
    const socket = connect(app.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      `GET /fhir/r4/Observation?_count=40 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`,
    )
    await once(socket, 'readable')
    // It reads no further; the system's buffers hold less than the answer.
    const closed = once(socket, 'close')
    socket.on('error', () => undefined)
    assert.equal((await bounded.ask('/fhir/r4/Patient/ana')).status, 200)
    await new Promise((done) => setTimeout(done, 1500))
    socket.resume()
    await closed
  })
})

function entryIds({ json }: Answer): string[] {
  return (json.entry ?? []).flatMap((each: { resource?: { id: string } }) => each.resource?.id ?? [])
}

function statusesOf({ json }: Answer): string[] {
  return json.entry.map((each: { response: { status: string } }) => each.response.status)
}

function nextOf({ json }: Answer): string | undefined {
  if (json.resourceType !== 'Bundle') return json.next ?? undefined
  return json.link.find((each: { relation: string }) => each.relation === 'next')?.url
}

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { importRecords } from '#server/import/import.ts'
import { decimal, numbersOf } from '../support/decimals.ts'
import { openSeededApi, patient, type SeededApi } from './seeded-api.ts'

/** Numbers in elements of their own, in lists of objects and in extensions, with texts that look like numbers between. */
function observation(id: string, [first = '0', ...more]: string[], note = 'x'): string {
  const components = more.map(
    (value) => `{"code":{"text":"b: 1.0, [2.50]"},"valueQuantity":{"value":${value},"unit":"mg"}}`,
  )
  return `{"resourceType":"Observation","id":"${id}","extension":[{"url":"http://example.org/x","valueDecimal":${first}}],
    "status":"final","code":{"text":"a"},"subject":{"reference":"Patient/ada"},"effectiveDateTime":"2024-01-01T10:20:30.000Z",
    "note":[{"text":"${note}"}],"component":[${components.join(' , ')}]}`
}

const lists = fc.array(decimal, { minLength: 2, maxLength: 4 })
const base = '/fhir/r4'

async function openPractice(): Promise<SeededApi & { token: string }> {
  const api = await openSeededApi()
  await api.addPractice('oak')
  await api.write('oak', patient('ada'))
  const { token } = await api.issueToken([{ role: 'staff', practiceId: 'oak' }], { scopes: ['user/*.cruds'] })
  return { ...api, token }
}

test('every way in and out keeps the decimals of a record', async () => {
  await using api = await openPractice()
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-decimals-'))
  const ways: Record<string, (id: string, text: string) => Promise<{ status: number } | undefined>> = {
    update: (id, body) => send('PUT', `Observation/${id}`, body),
    'conditional update': (id, body) => send('PUT', `Observation?_id=${id}`, body),
    transaction: (id, body) => sendBundle('transaction', id, body),
    batch: (id, body) => sendBundle('batch', id, body),
    async 'import of lines'(_id, text) {
      await importText('lines.ndjson', text.replaceAll('\n', ' '))
      return undefined
    },
    async 'import of a Bundle'(_id, text) {
      await importText(
        'bundle.json',
        `{"resourceType":"Bundle","type":"collection","entry":[{"resource":${text}}]}`,
      )
      return undefined
    },
  }
  function send(
    method: 'PUT' | 'PATCH' | 'POST',
    path: string,
    body: string,
    type = 'application/fhir+json',
  ) {
    const headers = { 'content-type': type }
    return api.send({ method, path: `${base}/${path}`, token: api.token, body, headers })
  }
  function sendBundle(type: string, id: string, resource: string) {
    const entry = `{"resource":${resource},"request":{"method":"PUT","url":"Observation/${id}"}}`
    return send('POST', '', `{"resourceType":"Bundle","type":"${type}","entry":[${entry}]}`)
  }
  async function importText(name: string, text: string) {
    await writeFile(join(folder, name), text)
    const { rejected } = await importRecords(
      { records: api.records },
      { practiceId: 'oak', paths: [join(folder, name)] },
    )
    assert.equal(rejected, 0)
  }
  async function read(path: string): Promise<string> {
    const { status, text } = await api.get(`${base}/${path}`, api.token)
    assert.equal(status, 200, text)
    return text
  }
  let count = 0
  try {
    await fc.assert(
      fc.asyncProperty(lists, fc.constantFrom(...Object.keys(ways)), async (numbers, way) => {
        const id = `o${++count}`
        const answer = await ways[way]?.(id, observation(id, numbers))
        if (answer) assert.ok(answer.status < 300, JSON.stringify(answer))
        const same = (text: string, of: string) => assert.deepEqual(numbersOf(text), numbers, `${way}, ${of}`)
        same(await read(`Observation/${id}`), 'read')
        same(await read(`Observation/${id}?_pretty=true`), '_pretty')
        same(await read(`Observation/${id}?_elements=extension,component`), '_elements')
        same(await read(`Observation/${id}/_history/1?_pretty=true`), 'vread')
        const [total, ...found] = numbersOf(await read(`Observation?_id=${id}&_summary=data&_pretty=true`))
        assert.deepEqual([total, ...found], ['1', ...numbers], `${way}, search`)
        const patch = await send(
          'PATCH',
          `Observation/${id}`,
          '[{"op":"replace","path":"/note/0/text","value":"other"}]',
          'application/json-patch+json',
        )
        assert.equal(patch.status, 200, patch.text)
        same(patch.text, 'answer to a patch of another element')
        same(await read(`Observation/${id}`), 'read after the patch')
        const batch = await send(
          'POST',
          '',
          `{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Observation/${id}"}}]}`,
        )
        same(batch.text, 'read in a batch')
      }),
      { numRuns: 60 },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('1.1 and 1.10 are different content, and the same number of a search', async () => {
  await using api = await openPractice()
  const put = (value: string) =>
    api.send({
      method: 'PUT',
      path: `${base}/Observation/o1`,
      token: api.token,
      body: observation('o1', ['1', value]),
    })
  const versions: unknown[] = []
  for (const value of ['1.1', '1.10', '1.10', '1.1', '11e-1']) versions.push((await put(value)).headers.etag)
  assert.deepEqual(versions, ['W/"1"', 'W/"2"', 'W/"2"', 'W/"3"', 'W/"4"'])
  const found = await api.get(`${base}/Observation?component-value-quantity=1.1||mg`, api.token)
  assert.equal(found.json.total, 1)
})

test('a created record keeps its decimals, also one that stands in the record itself', async () => {
  await using api = await openPractice()
  const body = `{"resourceType":"ChargeItem","status":"billable","code":{"text":"x"},"subject":{"reference":"Patient/ada"},
    "factorOverride":1.50,"quantity":{"value":2.00}}`
  const created = await api.send({ method: 'POST', path: `${base}/ChargeItem`, token: api.token, body })
  assert.equal(created.status, 201, created.text)
  assert.deepEqual(numbersOf(created.text), ['1.50', '2.00'])
  const path = `${base}/ChargeItem/${created.json.id}`
  for (const query of ['', '?_elements=factorOverride,quantity', '?_pretty=true'])
    assert.deepEqual(numbersOf((await api.get(path + query, api.token)).text), ['1.50', '2.00'], query)
})

test('a whole number that is written as a decimal is refused', async () => {
  await using api = await openPractice()
  const put = (value: string) =>
    api.send({
      method: 'PUT',
      path: `${base}/Observation/o1`,
      token: api.token,
      body: observation('o1', ['1.0'])
        .replace('"note"', `"valueInteger":${value},"note"`)
        .replace(',"component":[]', ''),
    })
  assert.equal((await put('3')).status, 201)
  for (const value of ['3.0', '3e0', '-0']) {
    const { status, text } = await put(value)
    assert.equal(status, 422, value)
    assert.match(text, /Observation\.value.*without a point|without a point.*Observation\.value/)
  }
})

test('a patch writes its numbers as it was sent, compares them by value, and moves them as they are', async () => {
  await using api = await openPractice()
  await api.send({
    method: 'PUT',
    path: `${base}/Observation/o1`,
    token: api.token,
    body: observation('o1', ['1.50', '2.0', '3.0']),
  })
  const patch = async (operations: string) => {
    const headers = { 'content-type': 'application/json-patch+json' }
    const path = `${base}/Observation/o1`
    return api.send({ method: 'PATCH', path, token: api.token, body: operations, headers })
  }
  const value = '/component/0/valueQuantity/value'
  const replaced = await patch(
    `[{"op":"test","path":"${value}","value":2},{"op":"replace","path":"${value}","value":2.00},
      {"op":"copy","from":"/component/0","path":"/component/-"},{"op":"move","from":"/component/1","path":"/component/0"}]`,
  )
  assert.deepEqual(numbersOf(replaced.text), ['1.50', '3.0', '2.00', '2.00'])
  assert.deepEqual(
    numbersOf((await patch(`[{"op":"add","path":"/extension/0/valueDecimal","value":1.5}]`)).text),
    ['1.5', '3.0', '2.00', '2.00'],
  )
  assert.equal((await patch(`[{"op":"test","path":"${value}","value":3.1}]`)).status, 422)
  for (const from of ['/status/length', '/status/0', '/component/length', '/nothing', '/constructor/name'])
    assert.equal((await patch(`[{"op":"copy","from":"${from}","path":"/x"}]`)).status, 422, from)
})

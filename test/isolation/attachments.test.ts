import assert from 'node:assert/strict'
import { test } from 'node:test'
import { about, openSeededApi, patient, type Reach } from '../apis/seeded-api.ts'

const base = '/fhir/r4'

const file = (id: string, more: object = {}) => ({
  resourceType: 'Binary',
  id,
  contentType: 'text/plain',
  data: 'aGFsbG8=',
  ...more,
})

const document = (id: string, patientId: string, url: string) => ({
  resourceType: 'DocumentReference',
  id,
  status: 'current',
  subject: about(patientId),
  content: [{ attachment: { contentType: 'text/plain', url } }],
})

/** Two practices; a letter about each patient has its text in a Binary of its own. */
async function openLetters() {
  const api = await openSeededApi()
  for (const practice of ['oak', 'elm']) await api.addPractice(practice)
  await api.write(
    'oak',
    patient('ada'),
    patient('bob'),
    ...['of-ada', 'of-bob', 'of-nobody'].map((id) => file(id)),
    document('letter-to-ada', 'ada', 'Binary/of-ada'),
    document('letter-to-bob', 'bob', 'Binary/of-bob'),
    file('kept-for-bob', { securityContext: about('bob') }),
  )
  await api.write('elm', patient('eve'), file('of-eve'), document('letter-to-eve', 'eve', 'Binary/of-eve'))
  const issue = (reach: Reach, ...scopes: string[]) =>
    api.issueToken([reach], { scopes }).then(({ token }) => token)
  const oak = { practiceId: 'oak' } as const
  const ada = await issue({ ...oak, role: 'patient', patientId: 'ada' }, 'patient/*.rs')
  const doctor = await issue({ ...oak, role: 'provider' }, 'user/*.cruds')
  const elm = await issue({ practiceId: 'elm', role: 'provider' }, 'user/*.cruds')
  const idsOf = async (path: string, token: string) => {
    const { json } = await api.get(`${base}/${path}`, token)
    const { entry = [], total } = json as { entry?: Array<{ resource: { id: string } }>; total?: number }
    const ids = entry.map(({ resource }) => resource.id).toSorted()
    if (total !== undefined) assert.equal(total, ids.length, path)
    return ids
  }
  return Object.assign(api, { ada, doctor, elm, issue, idsOf })
}

test('a Binary is read through the document that has it as attachment, and in no other way', async () => {
  await using api = await openLetters()
  const mine = (id: string) => api.get(`${base}/Binary/${id}`, api.ada)
  for (const path of ['of-ada', 'of-ada/_history/1', 'of-ada/_history'])
    assert.equal((await mine(path)).status, 200, path)
  for (const id of ['of-bob', 'of-nobody', 'of-eve', 'kept-for-bob', 'none'])
    for (const path of [id, `${id}/_history/1`, `${id}/_history`])
      assert.equal((await mine(path)).status, 404, path)
  assert.deepEqual(await api.idsOf('Binary', api.ada), ['of-ada'])
  assert.deepEqual(await api.idsOf('Binary?_id=of-ada,of-bob,of-nobody,of-eve', api.ada), ['of-ada'])
  assert.deepEqual(await api.idsOf('Patient/ada/$everything?_type=Binary', api.ada), ['of-ada'])
  assert.deepEqual(await api.idsOf('Binary', api.doctor), ['kept-for-bob', 'of-ada', 'of-bob', 'of-nobody'])
  const narrow = await api.issue(
    { practiceId: 'oak', role: 'patient', patientId: 'ada' },
    'patient/DocumentReference.rs',
  )
  assert.equal((await api.get(`${base}/Binary/of-ada`, narrow)).status, 403)
})

test('a document that no longer has the attachment, or is gone, gives it no more', async () => {
  await using api = await openLetters()
  const status = async () => (await api.get(`${base}/Binary/of-ada`, api.ada)).status
  const attach = (url: string) => api.write('oak', document('letter-to-ada', 'ada', url))
  assert.equal(await status(), 200)
  await attach('Binary/of-ada/_history/1')
  assert.equal(await status(), 200)
  await attach('https://files.example.org/Binary/of-ada')
  assert.equal(await status(), 404)
  await attach('Binary/of-ada')
  await api.send({ method: 'DELETE', path: `${base}/DocumentReference/letter-to-ada`, token: api.doctor })
  assert.equal(await status(), 404)
})

test('nobody reads a Binary of another practice by writing its address into a document', async () => {
  await using api = await openLetters()
  const written = await api.send({
    method: 'PUT',
    path: `${base}/DocumentReference/guess`,
    token: api.elm,
    body: document('guess', 'eve', 'Binary/of-ada'),
  })
  assert.equal(written.status, 201)
  assert.equal((await api.get(`${base}/Binary/of-ada`, api.elm)).status, 404)
  assert.deepEqual(await api.idsOf('Binary', api.elm), ['of-eve'])
})

test('attachments of a transaction lead to its own entries', async () => {
  await using api = await openLetters()
  const fullUrl = 'urn:uuid:0a4f3c52-1f5e-4d0c-9a55-3b1f6c1d2e01'
  const { id: _file, ...binary } = file('')
  const { id: _document, ...letter } = document('', 'ada', fullUrl)
  const { status, text } = await api.send({
    method: 'POST',
    path: base,
    token: api.doctor,
    headers: { prefer: 'return=representation' },
    body: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        { resource: letter, request: { method: 'POST', url: 'DocumentReference' } },
        { fullUrl, resource: binary, request: { method: 'POST', url: 'Binary' } },
      ],
    },
  })
  assert.equal(status, 200, text)
  const { url = '' } = /"url":"(?<url>[^"]+)"/.exec(text)?.groups ?? {}
  assert.match(url, /^Binary\/[0-9a-f]{32}$/)
  assert.equal((await api.get(`${base}/${url}`, api.ada)).status, 200)
})

test('a practice reads the older versions of its own records about nobody, and nobody else does', async () => {
  await using api = await openLetters()
  const practitioner = (family: string) => ({ resourceType: 'Practitioner', id: 'p', name: [{ family }] })
  const visit = (text: string) => ({
    resourceType: 'Encounter',
    id: text,
    status: 'finished',
    class: { code: 'AMB' },
  })
  await api.write('oak', practitioner('Before'), {
    ...visit('e'),
    subject: about('ada'),
    participant: [{ individual: { reference: 'Practitioner/p' } }],
  })
  const schedule = (comment: string) => ({
    resourceType: 'Schedule',
    id: 's',
    actor: [{ reference: 'Practitioner/p' }],
    comment,
  })
  await api.write('oak', schedule('one'))
  await api.write('oak', practitioner('After'), schedule('two'))
  for (const path of ['Practitioner/p', 'Schedule/s'])
    for (const [token, old, versions] of [
      [api.doctor, 200, 2],
      [api.ada, 404, path === 'Schedule/s' ? undefined : 1],
      [api.elm, 404, undefined],
    ] as const) {
      assert.equal((await api.get(`${base}/${path}/_history/1`, token)).status, old, path)
      const { status, json } = await api.get(`${base}/${path}/_history`, token)
      assert.equal(status, versions === undefined ? 404 : 200, path)
      assert.equal(json.total, versions, path)
    }
  assert.deepEqual(await api.idsOf('Schedule/_history', api.doctor), ['s', 's'])
  for (const token of [api.ada, api.elm]) assert.deepEqual(await api.idsOf('Schedule/_history', token), [])
  assert.deepEqual(await api.idsOf('Practitioner/_history', api.elm), [])
})

test('an id that another practice used before is not taken, and tells nothing of its older versions', async () => {
  await using api = await openLetters()
  const remove = () => api.send({ method: 'DELETE', path: `${base}/Binary/of-nobody`, token: api.doctor })
  await api.write('oak', file('of-nobody', { data: 'c2VjcmV0' }))
  assert.equal((await remove()).status, 204)
  const before = await api.idsOf('Binary', api.elm)
  await api.write('elm', file('of-nobody'))
  for (const version of [1, 2, 3, 4])
    assert.equal((await api.get(`${base}/Binary/of-nobody/_history/${version}`, api.elm)).status, 404)
  const [own, ...others] = (await api.idsOf('Binary', api.elm)).filter((id) => !before.includes(id))
  assert.deepEqual(others, [])
  const { json } = await api.get(`${base}/Binary/${own}/_history`, api.elm)
  assert.equal(json.total, 1)
  const all = await api.get(`${base}/Binary/_history`, api.elm)
  assert.doesNotMatch(all.text, /c2VjcmV0/)
})

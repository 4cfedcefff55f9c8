import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type PersonPage, personPages } from '#server/views/views.ts'
import { aClinic, aPatient, aReader, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { aPdf, clinicalXml, hostileHtml, png, scriptedSvg, xmlBomb } from '../views/hostile-files.ts'
import { openPortal, type Portal } from './open-portal.ts'

/** A file leaves behind all walls; shown with a type, else as a download. */
function assertWalled({ status, headers }: Response, shownAs: string): void {
  const header = (name: string) => headers.get(name) ?? ''
  assert.equal(status, 200)
  assert.equal(header('content-type'), shownAs || 'application/octet-stream')
  assert.match(header('content-disposition'), shownAs ? /^inline;/ : /^attachment;/)
  assert.match(header('content-security-policy'), /^sandbox; default-src 'none'; /)
  assert.doesNotMatch(header('content-security-policy'), /allow-/)
  assert.equal(header('x-content-type-options'), 'nosniff')
  assert.equal(header('cache-control'), 'no-store')
  assert.equal(header('x-evil'), '')
  assert.equal(header('x-frame-options'), shownAs.startsWith('text/html') ? 'SAMEORIGIN' : 'DENY')
}

const names = Object.keys(personPages) as PersonPage[]

describe("the pages of a person's record", () => {
  let app: TestApp
  let clinic: Clinic
  let portal: Portal
  const patientId = 'mia'

  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'Maple Street')
    await aPatient(app, clinic, patientId)
    await aReader(app, clinic, 'mia@example.com', [patientId])
    portal = await openPortal(app, 'mia@example.com')
  })
  after(() => app[Symbol.asyncDispose]())

  const write = (resource: object) =>
    app.modules.records.write([{ practiceId: clinic.practice.id, resource: resource as never }])
  const condition = (id: string, text: string) => ({
    resourceType: 'Condition',
    id,
    code: { text },
    subject: { reference: `Patient/${patientId}` },
  })
  const read = (name: string, headers: Record<string, string> = {}) =>
    portal.call('GET', `/people/${patientId}/${name}`, undefined, headers)

  it('show what is in the record now: a change is there with the next request', async () => {
    const texts = async () => {
      const { body } = await read('conditions')
      return body.active.map(({ name }: { name: string }) => name)
    }
    assert.deepEqual(await texts(), [])
    await write(condition('asthma', 'Asthma'))
    assert.deepEqual(await texts(), ['Asthma'])
    await write(condition('asthma', 'Asthma of childhood'))
    assert.deepEqual(await texts(), ['Asthma of childhood'])
    await app.modules.records.transact(clinic.practice.id, (transaction) =>
      transaction.remove('Condition', 'asthma'),
    )
    assert.deepEqual(await texts(), [])
  })

  it('leave out nothing that can be read: a medicine that several people may have is not counted', async () => {
    await write({ resourceType: 'Medication', id: 'zinc', code: { text: 'Zinc' } })
    await write({
      ...{ resourceType: 'MedicationRequest', id: 'takes-zinc', status: 'active', intent: 'order' },
      medicationReference: { reference: 'Medication/zinc' },
      subject: { reference: `Patient/${patientId}` },
    })
    const { body } = await read('medicines')
    assert.deepEqual([body.current[0].name, body.leftOut], ['Zinc', 0])
  })

  it('speak the language that is asked for', async () => {
    await write({ ...condition('flu', 'Flu'), verificationStatus: { coding: [{ code: 'refuted' }] } })
    const status = async (language: string) =>
      (await read('conditions', { 'accept-language': language })).body.notCounted[0].status
    assert.equal(await status('en-US'), 'Ruled out')
    assert.equal(await status('es-MX,es;q=0.9,en;q=0.8'), 'Descartada')
    assert.equal(await status('zz'), 'Ruled out')
  })

  it('speak the language of the account wherever it is asked from, and the document says so', async () => {
    const language = async () => {
      const { body } = await read('conditions', { 'accept-language': 'en' })
      const page = await portal.browser.get(`${app.portalUrl}/people/${patientId}/conditions`)
      const [, lang] = /<html lang="(\w+)"/.exec(page.body) ?? []
      return [body.notCounted[0].status, lang]
    }
    const choose = (chosen: unknown) => portal.call('PATCH', '/me', { language: chosen })
    assert.equal((await choose('es')).body.account.language, 'es')
    assert.deepEqual(await language(), ['Descartada', 'es'])
    assert.equal((await choose('xx')).status, 400)
    assert.deepEqual(await language(), ['Descartada', 'es'])
    assert.equal((await choose(null)).body.account.language, null)
    assert.deepEqual(await language(), ['Ruled out', 'en'])
  })

  for (const name of names) {
    it(`are of nobody else: ${name}`, async () => {
      await aPatient(app, clinic, 'zoe')
      const refused = await portal.call('GET', `/people/zoe/${name}`)
      assert.equal(refused.status, 404)
      const absent = await portal.call('GET', `/people/nobody/${name}`)
      assert.deepEqual(
        { ...refused.body, request_id: '', instance: '' },
        { ...absent.body, request_id: '', instance: '' },
      )
    })
  }

  it('take their filter from the address, and say which part of it is wrong', async () => {
    await write({
      resourceType: 'Observation',
      id: 'sodium',
      status: 'final',
      code: { text: 'Sodium' },
      category: [{ coding: [{ code: 'laboratory' }] }],
      subject: { reference: `Patient/${patientId}` },
      valueQuantity: { value: 140, unit: 'mmol/L' },
    })
    const found = async (query: string) => (await read(`results?${query}`)).body.panels.length
    assert.equal(await found('find=SOD'), 1)
    assert.equal(await found('find=potassium'), 0)
    assert.equal((await read('results/test?code=sodium')).body.tests[0].series[0].points.length, 1)
    for (const [query, field] of [
      ['results?page=x', 'page'],
      ['results?page=0', 'page'],
      [`results?find=${'a'.repeat(101)}`, 'find'],
      [`results/test?${'code=a&'.repeat(5)}`, 'code'],
    ]) {
      const refused = await read(query ?? '')
      assert.equal(refused.status, 400, query)
      assert.equal(refused.body.field, field, query)
    }
  })

  /** A document of a person, with its files. */
  const document = (person: string, id: string, ...attachments: object[]) => ({
    resourceType: 'DocumentReference',
    id,
    status: 'current',
    subject: { reference: `Patient/${person}` },
    content: attachments.map((attachment) => ({ attachment })),
  })
  const data = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64')
  const fetchFile = async (path: string, person = patientId) => {
    const response = await fetch(`${app.portalUrl}/portal-api/people/${person}/documents/${path}`, {
      headers: { cookie: await portal.browser.jar.getCookieString(app.portalUrl) },
    })
    return { response, bytes: Buffer.from(await response.arrayBuffer()) }
  }

  it('open documents in place, and nothing of a document runs as a page of this server', async () => {
    const title = 'تقرير '.repeat(34)
    await write(
      document(
        patientId,
        'files',
        { contentType: 'application/pdf', title: '../../etc/note', data: data(aPdf('Hello')) },
        { contentType: 'application/pdf', title, data: data('<script>parent.x = 1</script>') },
        { contentType: 'image/png', title: 'x"\r\nx: y', data: data(scriptedSvg) },
        { contentType: 'text/html', data: data(hostileHtml) },
        { contentType: 'image/png', data: data(png) },
        { contentType: 'application/xml', data: data(clinicalXml) },
        { contentType: 'text/xml', data: data(xmlBomb) },
        { contentType: 'text/html\r\nx-evil: 1', data: data(hostileHtml) },
        { contentType: 'text/plain', data: data('<script>1</script>') },
      ),
    )
    const inline = ['application/pdf', '', '', 'text/html; charset=utf-8', 'image/png', '', '', '']
    for (const [index, type] of [...inline, 'text/plain; charset=utf-8'].entries()) {
      assertWalled((await fetchFile(`files/${index}`)).response, type)
      assertWalled((await fetchFile(`files/${index}?download=1`)).response, '')
    }
    const nameOf = async (index: number) =>
      (await fetchFile(`files/${index}?download=1`)).response.headers.get('content-disposition') ?? ''
    assert.match(await nameOf(0), /filename=etc-note\.pdf$/)
    assert.match(await nameOf(1), /filename\*=UTF-8''(%D8%AA%D9%82%D8%B1%D9%8A%D8%B1%20)+.*\.pdf$/)
    assert.match(await nameOf(2), /filename="x- x- y.png"/)
    assert.deepEqual((await fetchFile('files/0?download=1')).bytes, aPdf('Hello'))
    assert.deepEqual(
      (await fetchFile('files/1?download=1')).bytes.toString(),
      '<script>parent.x = 1</script>',
    )
    assert.doesNotMatch((await fetchFile('files/3')).bytes.toString(), /<script|javascript:|onerror/)
    const { body } = await portal.call('GET', `/people/${patientId}/documents/files/5/view`)
    assert.equal(body.shown.document.title, 'Summary of Care')
    assert.match(
      (await portal.call('GET', `/people/${patientId}/documents/files/1/view`)).body.problem,
      /damaged/,
    )
  })

  it('open files that a Binary of the same person holds, and say what is missing', async () => {
    const binary = (id: string, extra = {}) => ({
      resourceType: 'Binary',
      id,
      contentType: 'text/plain',
      data: data(`text of ${id}`),
      ...extra,
    })
    await write(binary('shared'))
    await write(binary('mine', { securityContext: { reference: `Patient/${patientId}` } }))
    await write(
      document(
        patientId,
        'held',
        { url: 'Binary/shared' },
        { url: 'Binary/mine', contentType: 'text/plain' },
        { url: 'Binary/absent' },
        { url: 'https://elsewhere.example/fhir/Binary/shared' },
        { url: 'javascript:alert(1)' },
        {},
        { data: '!!!' },
      ),
    )
    assert.equal((await fetchFile('held/0')).bytes.toString(), 'text of shared')
    assert.equal((await fetchFile('held/1')).bytes.toString(), 'text of mine')
    const problems: unknown[] = []
    for (const index of [2, 3, 4, 5, 6]) {
      assert.equal((await fetchFile(`held/${index}`)).response.status, 404)
      const { body } = await portal.call('GET', `/people/${patientId}/documents/held/${index}/view`)
      assert.deepEqual([body.shown, body.fileName], [undefined, undefined])
      problems.push(/another system/.test(body.problem) ? 'elsewhere' : 'missing')
    }
    assert.deepEqual(problems, ['missing', 'elsewhere', 'elsewhere', 'missing', 'missing'])
  })

  it("keep the documents of others away: theirs by a guessed address is as absent as nobody's", async () => {
    await aPatient(app, clinic, 'zoe')
    await aPatient(app, clinic, 'son')
    await write({
      resourceType: 'Binary',
      id: 'secret',
      contentType: 'text/plain',
      securityContext: { reference: 'Patient/son' },
      data: data('of the son'),
    })
    await write(document('son', 'of-son', { url: 'Binary/secret' }))
    await write(document('zoe', 'of-zoe', { contentType: 'text/plain', data: data('of zoe') }))
    await write(document(patientId, 'thief', { url: 'Binary/secret' }, { url: 'Binary/of-zoe' }))
    const other = await aClinic(app, 'Oak Street')
    const file = { resourceType: 'Binary', id: 'elsewhere', contentType: 'text/plain', data: data('x') }
    await app.modules.records.write([{ practiceId: other.practice.id, resource: file as never }])
    await write(document(patientId, 'over', { url: 'Binary/elsewhere' }))
    // A parent, who reaches both: a file of the son is not one of the own record.
    await app.modules.practices.associate({
      accountId: portal.me.account.id,
      practiceId: clinic.practice.id,
      role: 'proxy',
      patientId: 'son',
      relationship: 'parent',
    })
    assert.equal((await fetchFile('of-son/0', 'son')).bytes.toString(), 'of the son')
    for (const path of ['of-son', 'of-son/0', 'of-son/0/view', 'of-zoe/0', 'absent/0', 'report_absent/0'])
      for (const person of [patientId, 'zoe', 'nobody']) {
        const { response, bytes } = await fetchFile(path, person)
        assert.equal(response.status, 404, `${person} ${path}`)
        assert.match(bytes.toString(), /There is no such (document|person)/)
      }
    for (const path of ['thief/0', 'thief/1', 'over/0'])
      assert.equal((await fetchFile(path)).response.status, 404, path)
    for (const path of ['thief/2', 'thief/999'])
      assert.equal((await fetchFile(path)).response.status, 404, path)
    for (const path of ['thief/-1', 'thief/1e3', 'thief/0?x=1', 'a%2fb/0', '..%2f..%2fx/0'])
      assert.equal((await fetchFile(path)).response.status, 400, path)
  })

  it('find what was just written, in each language, and refuse what is no question', async () => {
    await write({
      ...condition('high', ''),
      code: { coding: [{ system: 'http://snomed.info/sct', code: '38341003' }] },
    })
    const find = async (question: string, language = 'en') => {
      const path = `search?q=${encodeURIComponent(question)}`
      const { body } = await read(path, { 'accept-language': language })
      return body.groups.flatMap(({ lines }: { lines: Array<{ name: string }> }) =>
        lines.map(({ name }) => name),
      )
    }
    assert.deepEqual(await find('blood high'), ['High blood pressure'])
    assert.deepEqual(await find('presion', 'es'), ['Presión arterial alta'])
    assert.deepEqual(await find('38341003', 'es'), ['Presión arterial alta'])
    await write({ ...condition('high', 'Nothing of the kind') })
    assert.deepEqual(await find('blood high'), [])
    for (const odd of [
      'search?q=1&q=2',
      `search?q=${'x'.repeat(101)}`,
      'timeline?after=1',
      'timeline?kind=x',
    ])
      assert.equal((await read(odd)).status, 400, odd)
    const { body } = await read('timeline?kind=immunization')
    assert.equal(body.total, 2)
  })

  it('close with the association', async () => {
    const { id } = portal.me.associations[0]
    assert.equal((await read('header')).body.name, 'mia Rivera')
    await app.modules.practices.endAssociation(clinic.practice.id, id)
    for (const name of names) assert.equal((await read(name)).status, 404)
  })
})

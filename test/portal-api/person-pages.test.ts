import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type PersonPage, personPages } from '#server/views/views.ts'
import { aClinic, aPatient, aReader, type Clinic } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { openPortal, type Portal } from './open-portal.ts'

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

  it('close with the association', async () => {
    const { id } = portal.me.associations[0]
    assert.equal((await read('header')).body.name, 'mia Rivera')
    await app.modules.practices.endAssociation(clinic.practice.id, id)
    for (const name of names) assert.equal((await read(name)).status, 404)
  })
})

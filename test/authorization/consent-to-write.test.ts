import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { boxesOf } from '../support/browser.ts'
import { anApplication } from '../support/people.ts'
import {
  allow,
  ask,
  doctor,
  exchange,
  type LaunchPeople,
  pick,
  startLaunchPeople,
  statusOf,
} from './launches/launch-people.ts'

const family = 'parent@example.com'
const scopes = ['user/*.rs', 'user/Immunization.cruds', 'user/Condition.write', 'patient/*.rs']

const immunization = (id: string, patientId: string) => ({
  resourceType: 'Immunization',
  id,
  status: 'completed',
  vaccineCode: { text: 'Influenza' },
  patient: { reference: `Patient/${patientId}` },
  occurrenceDateTime: '2026-10-01',
})

const condition = (id: string, patientId: string) => ({
  resourceType: 'Condition',
  id,
  code: { text: 'Asthma' },
  subject: { reference: `Patient/${patientId}` },
})

describe('an application writes when a person of the practice ticks it', () => {
  let people: LaunchPeople
  before(async () => {
    people = await startLaunchPeople()
    people.client = await anApplication(people.app, people.west, { scopes })
  })
  after(() => people[Symbol.asyncDispose]())

  /** The scopes and the token that come of a request for `scope`, with these fields on the consent page. */
  async function connect(scope: string, fields: Record<string, string> = {}, email = doctor) {
    const { browser, page } = await ask(people, { scope }, email)
    const persons = boxesOf(page, 'person')
    const back = await allow(people, browser, page, {
      ...(persons[0] ? { person: persons[0] } : {}),
      ...fields,
    })
    const { access_token: token, scope: given } = await exchange(people, back)
    return { token, given: given.split(' ').filter((each) => each !== 'offline_access') }
  }

  async function put(token: string, resource: { resourceType: string; id: string }): Promise<number> {
    const address = `${people.app.fhirUrl}/fhir/r4/${resource.resourceType}/${resource.id}`
    const { status } = await fetch(address, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(resource),
    })
    return status
  }

  async function remove(token: string, path: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${people.app.fhirUrl}/fhir/r4/${path}`, { method: 'DELETE', headers })).status
  }

  test('the page says what would be changed, and nothing of it is ticked', async () => {
    const { page } = await ask(people, { scope: 'user/*.rs user/Immunization.cruds user/Condition.cu' })
    assert.match(page.body, /<h1>My test app asks to read and change health records<\/h1>/)
    assert.deepEqual(boxesOf(page, 'change'), ['Immunization', 'Condition'])
    assert.doesNotMatch(page.body, /name="change" value="[^"]*" checked/)
    assert.match(page.body, /Immunizations[^<]*<span class="option-note">add, correct, delete</)
    assert.match(page.body, /<span class="option-note">add, correct</)
    assert.match(page.body, /changes nothing but what you tick/)
  })

  test('an application that asks for reading alone is shown to change nothing', async () => {
    const { page } = await ask(people, { scope: 'user/*.rs' })
    assert.deepEqual(boxesOf(page, 'change'), [])
    assert.match(page.body, /can only read; it changes nothing/)
  })

  test('what is ticked can be written into the records of the practice, and of no other', async () => {
    const { token, given } = await connect('user/Immunization.cruds user/Condition.write', {
      change: 'Immunization',
    })
    assert.deepEqual(given, ['user/Immunization.cruds'])
    assert.equal(await put(token, immunization('flu', 'kim')), 201)
    assert.equal(await put(token, immunization('flu', 'kim')), 200)
    assert.equal(await put(token, condition('asthma', 'kim')), 403)
    assert.notEqual(await put(token, immunization('theirs', 'zoe')), 201)
    assert.equal(await remove(token, 'Immunization/flu'), 204)
    assert.equal(await statusOf(people.app, token, 'Immunization/flu'), 410)
  })

  test('without a tick the application reads, and a scope that only writes is not given', async () => {
    const { token, given } = await connect('user/Immunization.cruds user/Condition.write')
    assert.deepEqual(given, ['user/Immunization.rs'])
    assert.equal(await put(token, immunization('none', 'kim')), 403)
    assert.equal(await statusOf(people.app, token, 'Immunization'), 200)
  })

  test('a scope is reported as it was asked for, and each half by itself when one is left out', async () => {
    const both = await connect('user/Condition.write user/*.rs', { change: 'Condition' })
    assert.deepEqual(both.given, ['user/Condition.write', 'user/*.rs'])
    const written = await connect('user/Immunization.cruds user/Condition.rs', {
      kind: 'Condition',
      change: 'Immunization',
    })
    assert.deepEqual(written.given, ['user/Immunization.cud', 'user/Condition.rs'])
    assert.equal(await put(written.token, immunization('blind', 'kim')), 201)
    assert.equal(await statusOf(people.app, written.token, 'Immunization/blind'), 403)
  })

  test('an application may write and read nothing; with no tick at all nothing is allowed', async () => {
    const { token, given } = await connect('user/Condition.write', { change: 'Condition' })
    assert.deepEqual(given, ['user/Condition.write'])
    assert.equal(await put(token, condition('new', 'kim')), 201)
    assert.equal(await statusOf(people.app, token, 'Condition/new'), 403)
    await assert.rejects(connect('user/Condition.write'), /no redirect back but 400/)
  })

  test('a form cannot tick what was not asked for', async () => {
    const { token, given } = await connect('user/*.rs', { change: 'Immunization' })
    assert.deepEqual(given, ['user/*.rs'])
    assert.equal(await put(token, immunization('forged', 'kim')), 403)
  })

  test('patients and their families are offered nothing to change, and cannot give it by a form', async () => {
    const scope = 'user/Immunization.cruds'
    const { page } = await ask(people, { scope }, family)
    assert.deepEqual(boxesOf(page, 'change'), [])
    assert.match(page.body, /can only read; it changes nothing/)
    const { token, given } = await connect(scope, { change: 'Immunization' }, family)
    assert.deepEqual(given, ['user/Immunization.rs'])
    assert.equal(await put(token, immunization('own', 'ana')), 403)
  })

  test('about one patient an application writes only with the whole panel, which the page says', async () => {
    const scope = 'launch/patient patient/*.rs user/Immunization.cruds'
    const choose = async (fields: Record<string, string>) => {
      const { browser, page } = await ask(people, { scope })
      const consent = await pick(browser, page, { patient: 'kim' })
      assert.deepEqual(boxesOf(consent, 'change'), ['Immunization'])
      return allow(people, browser, consent, fields)
    }
    await assert.rejects(
      choose({ change: 'Immunization' }),
      /no redirect back but 400[\s\S]*must reach all patients of the practice[\s\S]*name="change" value="Immunization" checked/,
    )
    const whole = await exchange(people, await choose({ change: 'Immunization', panel: 'all' }))
    assert.equal(await put(whole.access_token, immunization('of-kim', 'kim')), 201)
    const reading = await exchange(people, await choose({}))
    assert.equal(await put(reading.access_token, immunization('of-kim', 'kim')), 403)
  })

  test('scopes of patients cannot be registered for writing', async () => {
    for (const refused of ['patient/Immunization.cud', 'patient/*.write', 'patient/Condition.*'])
      await assert.rejects(anApplication(people.app, people.west, { scopes: [refused] }), {
        code: 'scope-invalid',
        message: /patients do not change their records/,
      })
  })
})

import assert from 'node:assert/strict'
import { after, before, describe } from 'node:test'
import {
  allow,
  ask,
  doctor,
  exchange,
  introspect,
  type LaunchPeople,
  launchUri,
  pick,
  queryOf,
  refresh,
  startLaunchPeople,
} from '../launches/launch-people.ts'
import { rulesOf } from './rules.ts'
import { smartRules } from './smart-rules.ts'

const scope = 'launch launch/encounter patient/*.rs'

describe('SMART App Launch 2.2: EHR launch', () => {
  const { prove, complete } = rulesOf(smartRules, 'smart-ehr-launch')
  let people: LaunchPeople
  before(async () => {
    people = await startLaunchPeople()
  })
  after(() => people[Symbol.asyncDispose]())

  async function open(context = {}): Promise<URL> {
    const { accounts, practices, launches } = people.app.modules
    const account = await accounts.findByEmail(doctor)
    const [association] = await practices.listAssociations(account?.id ?? '')
    assert.ok(association)
    const about = { associationId: association.id, patientId: 'kim', ...context }
    return new URL(await launches.start(association, people.client.id, about))
  }

  async function tokensOf(context = {}) {
    const launch = (await open(context)).searchParams.get('launch') ?? ''
    const { browser, page } = await ask(people, { scope, launch })
    return exchange(people, await allow(people, browser, page))
  }

  prove('launchAddress', async () => {
    const url = await open()
    assert.ok(url.href.startsWith(launchUri))
    assert.equal(url.searchParams.get('iss'), `${people.app.fhirUrl}/fhir/r4`)
    assert.doesNotMatch(url.searchParams.get('launch') ?? 'kim', /kim|West/)
    const found = await fetch(`${url.searchParams.get('iss')}/.well-known/smart-configuration`)
    assert.equal(found.status, 200)
  })

  prove('launchEchoed', async () => {
    const launch = (await open()).searchParams.get('launch') ?? ''
    const asked = await ask(people, { scope: 'patient/*.rs', launch })
    const tokens = await exchange(people, await allow(people, asked.browser, asked.page))
    assert.ok(tokens.scope.split(' ').includes('launch'))
    const { page } = await ask(people, { scope, launch: 'lau_made_up' })
    assert.equal(queryOf(page).get('error'), 'invalid_request')
  })

  prove('launchContext', async () => {
    const tokens = await tokensOf({ encounterId: 'kim-visit' })
    assert.deepEqual([tokens.patient, tokens.encounter], ['kim', 'kim-visit'])
  })

  const fhirContext = [{ reference: 'Observation/kim-obs-0000' }]

  prove('launchFields', async () => {
    const tokens = await tokensOf({ intent: 'summary', fhirContext })
    assert.equal(typeof tokens.need_patient_banner, 'boolean')
    assert.equal(tokens.intent, 'summary')
    assert.ok(URL.canParse(String(tokens.smart_style_url)))
    assert.deepEqual(tokens.fhirContext, fhirContext)
  })

  prove('fhirContextForm', async () => {
    const tokens = await tokensOf({ encounterId: 'kim-visit' })
    assert.equal('fhirContext' in tokens, false)
  })

  prove('contextKept', async () => {
    const tokens = await tokensOf({ encounterId: 'kim-visit', intent: 'summary', fhirContext })
    const refreshed = await refresh(people, tokens.refresh_token)
    const seen = await introspect(people, refreshed.access_token)
    for (const name of [
      'patient',
      'encounter',
      'intent',
      'fhirContext',
      'need_patient_banner',
      'smart_style_url',
    ])
      for (const answer of [refreshed, seen]) assert.deepEqual(answer[name], tokens[name], name)
  })

  prove('encounterScope', async () => {
    const granted = async (context: object) => (await tokensOf(context)).scope.split(' ')
    assert.equal((await granted({})).includes('launch/encounter'), false)
    assert.equal((await granted({ encounterId: 'kim-visit' })).includes('launch/encounter'), true)
  })

  prove('standaloneEncounter', async () => {
    const { browser, page } = await ask(people, { scope: 'launch/encounter patient/*.rs' })
    const consent = await pick(browser, page, { patient: 'kim' })
    const tokens = await exchange(people, await allow(people, browser, consent, { encounter: 'kim-visit' }))
    assert.equal(tokens.encounter, 'kim-visit')
    assert.ok(tokens.scope.split(' ').includes('launch/encounter'))
  })

  complete()
})

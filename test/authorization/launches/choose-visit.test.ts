import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Answer, type Browser, fieldOf } from '../../support/browser.ts'
import { aReader } from '../../support/people.ts'
import {
  allow,
  anEncounter,
  ask,
  exchange,
  introspect,
  type LaunchPeople,
  pick,
  refresh,
  startLaunchPeople,
} from './launch-people.ts'

const scope = 'launch/patient launch/encounter patient/*.rs offline_access'

describe('an application that starts alone is given a visit', () => {
  let people: LaunchPeople
  before(async () => {
    people = await startLaunchPeople()
    await aReader(people.app, people.west, 'ana@example.com', ['ana'])
  })
  after(() => people[Symbol.asyncDispose]())

  /** The values and words of the choice, in their order. */
  const visitsOf = ({ body }: Answer) =>
    [...body.matchAll(/<option value="([^"]*)"[^>]*>([^<]*)/g)]
      .map(([, value = '', words = '']) => [value, words])
      .filter(([, words]) => !/end it|months|days/.test(words ?? ''))

  async function openForKim(wanted = scope) {
    const { browser, page } = await ask(people, { scope: wanted })
    return { browser, page: await pick(browser, page, { patient: 'kim' }) }
  }

  /** On the page of the own records. */
  async function chooseOwn(browser: Browser, page: Answer, name: string): Promise<Answer> {
    const [, person = ''] =
      new RegExp(`name="person" value="([^"]+)">\\s*<button[^>]*aria-label="Choose: ${name}`).exec(
        page.body,
      ) ?? []
    return pick(browser, page, { person, choose: 'own' })
  }

  test('that a provider chooses for the patient; every answer tells it', async () => {
    const { browser, page } = await openForKim()
    assert.deepEqual(visitsOf(page), [
      ['', 'No particular visit'],
      ['kim-visit', 'Check-up, May 4, 2026'],
    ])
    const tokens = await exchange(people, await allow(people, browser, page, { encounter: 'kim-visit' }))
    const refreshed = await refresh(people, tokens.refresh_token)
    const seen = await introspect(people, refreshed.access_token)
    for (const answer of [tokens, refreshed, seen])
      assert.deepEqual([answer.patient, answer.encounter], ['kim', 'kim-visit'])
    assert.ok(tokens.scope.split(' ').includes('launch/encounter'))
  })

  test('or none, and then the scope is not granted', async () => {
    const { browser, page } = await openForKim()
    const tokens = await exchange(people, await allow(people, browser, page, { encounter: '' }))
    assert.equal(tokens.patient, 'kim')
    assert.equal('encounter' in tokens, false)
    assert.equal(tokens.scope.split(' ').includes('launch/encounter'), false)
  })

  test('not of anybody else, whatever the form says', async () => {
    const { browser, page } = await openForKim()
    for (const encounter of ['ana-visit', 'nothing', '../kim-visit'])
      await assert.rejects(
        allow(people, browser, page, { encounter, panel: 'all' }),
        /no redirect back but 400.*Choose one of the visits/s,
      )
  })

  test('not when the application did not ask for one', async () => {
    const { browser, page } = await openForKim('launch/patient patient/*.rs')
    assert.deepEqual(visitsOf(page), [])
    const tokens = await exchange(people, await allow(people, browser, page))
    assert.equal('encounter' in tokens, false)
  })

  test('by a parent who first chooses the child, also when a visit is all that was asked for', async () => {
    for (const wanted of [scope, 'launch/encounter patient/*.rs']) {
      const { browser, page } = await ask(people, { scope: wanted }, 'parent@example.com')
      assert.match(page.body, /<h1>Choose a record<\/h1>/)
      assert.doesNotMatch(page.body, /type="search"|leo Rivera|Check-up/)
      const consent = await chooseOwn(browser, page, 'ana Rivera')
      assert.deepEqual(visitsOf(consent).slice(1), [['ana-visit', 'Check-up, May 3, 2026']])
      assert.match(consent.body, /Choose another record/)
      const tokens = await exchange(people, await allow(people, browser, consent, { encounter: 'ana-visit' }))
      assert.deepEqual([tokens.patient, tokens.encounter], ['ana', 'ana-visit'])
    }
  })

  test('a parent cannot choose a child of others', async () => {
    const { browser, page } = await ask(people, { scope }, 'parent@example.com')
    const foreign = fieldOf((await ask(people, { scope }, 'ana@example.com')).page, 'person')
    const refused = await pick(browser, page, { person: foreign, choose: 'own' })
    assert.equal(refused.status, 400)
    assert.match(refused.body, /Choose one of the records below/)
  })

  test('at once by whom reaches one record only', async () => {
    const { browser, page } = await ask(people, { scope }, 'ana@example.com')
    assert.deepEqual(visitsOf(page).slice(1), [['ana-visit', 'Check-up, May 3, 2026']])
    assert.doesNotMatch(page.body, /Choose another/)
    const tokens = await exchange(people, await allow(people, browser, page, { encounter: 'ana-visit' }))
    assert.deepEqual([tokens.patient, tokens.encounter], ['ana', 'ana-visit'])
  })

  test('where no visit is recorded the page says so, and the application starts without', async () => {
    const { browser, page } = await ask(people, { scope })
    const consent = await pick(browser, page, { patient: 'leo' })
    assert.match(consent.body, /None is recorded, so it starts without one/)
    const tokens = await exchange(people, await allow(people, browser, consent))
    assert.deepEqual([tokens.patient, 'encounter' in tokens], ['leo', false])
  })

  test('the latest twenty are offered, newest first, and the page says that there are more', async () => {
    const { app, west } = people
    const days = Array.from({ length: 25 }, (_, index) => `2020-01-${String(index + 1).padStart(2, '0')}`)
    await app.modules.records.write(
      days.map((day) => ({ practiceId: west.practice.id, resource: anEncounter(`leo-${day}`, 'leo', day) })),
    )
    const { browser, page } = await ask(people, { scope })
    const consent = await pick(browser, page, { patient: 'leo' })
    const offered = visitsOf(consent).slice(1)
    assert.deepEqual(
      offered.map(([id]) => id),
      days
        .toReversed()
        .slice(0, 20)
        .map((day) => `leo-${day}`),
    )
    assert.match(consent.body, /The latest 20 visits are offered/)
  })
})

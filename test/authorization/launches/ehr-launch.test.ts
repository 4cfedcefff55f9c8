import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { hashSecret } from '#server/secrets.ts'
import { openPortal, type Portal } from '../../portal-api/open-portal.ts'
import { boxesOf, fieldOf, openBrowser } from '../../support/browser.ts'
import { anApplication, redirectUri } from '../../support/people.ts'
import {
  allow,
  ask,
  doctor,
  exchange,
  idsOf,
  introspect,
  joinPanel,
  type LaunchPeople,
  launchUri,
  leavePanel,
  queryOf,
  refresh,
  startLaunchPeople,
  statusOf,
} from './launch-people.ts'

const scope = 'launch launch/encounter openid fhirUser patient/*.rs user/Practitioner.rs offline_access'

describe('an application that is opened from the portal', () => {
  let people: LaunchPeople
  let desk: Portal
  before(async () => {
    people = await startLaunchPeople()
    desk = await openPortal(people.app, doctor)
  })
  after(() => people[Symbol.asyncDispose]())

  const associationOf = ({ me }: Portal, role: string) =>
    me.associations.find((each: { role: string }) => each.role === role)?.id

  /** Opens the application of the practice, as the desk does. */
  async function open(context: Record<string, unknown> = {}, portal = desk): Promise<string> {
    const { status, body } = await portal.call('POST', '/launches', {
      associationId: associationOf(desk, 'provider'),
      patientId: 'kim',
      applicationId: people.client.id,
      ...context,
    })
    assert.equal(status, 201, JSON.stringify(body))
    return body.url
  }

  const launchOf = (url: string) => new URL(url).searchParams.get('launch') ?? ''

  async function openAndAsk(context: Record<string, unknown> = {}, email = doctor, wanted = scope) {
    const launch = launchOf(await open(context))
    return { launch, ...(await ask(people, { scope: wanted, launch }, email)) }
  }

  /** The error with which a request for authorization ends before any page. */
  async function refusalOf(params: Record<string, string>, email = doctor) {
    const { page } = await ask(people, params, email)
    const back = queryOf(page)
    return { error: back.get('error'), description: back.get('error_description') ?? '', page }
  }

  test('the launch URL gets iss and a launch id, and keeps its own query', async () => {
    const url = new URL(await open())
    assert.equal(`${url.origin}${url.pathname}`, new URL(launchUri).origin + new URL(launchUri).pathname)
    assert.equal(url.searchParams.get('from'), 'onpatient')
    assert.equal(url.searchParams.get('iss'), `${people.app.fhirUrl}/fhir/r4`)
    assert.match(launchOf(url.href), /^lau_/)
    assert.doesNotMatch(url.href, /kim|Rivera/)
    const rows = await people.app.store.db.selectFrom('launch').selectAll().execute()
    assert.ok(rows.some(({ id_hash }) => id_hash === hashSecret(launchOf(url.href))))
    assert.doesNotMatch(JSON.stringify(rows), new RegExp(launchOf(url.href)))
  })

  test('the desk offers the applications of the practice, and the latest visits of the patient', async () => {
    const other = await anApplication(people.app, people.east, { name: 'Of the east', launchUri })
    await anApplication(people.app, people.west, { name: 'Without launch' })
    const query = `association=${associationOf(desk, 'provider')}&patient=kim`
    const { body } = await desk.call('GET', `/launches/choices?${query}`)
    assert.deepEqual(body.applications, [
      { id: people.client.id, name: 'My test app', owner: 'Dr. West Clinic' },
    ])
    assert.deepEqual(body.encounters, [{ id: 'kim-visit', title: 'Check-up', start: '2026-05-04T09:00:00Z' }])
    const refused = await desk.call('POST', '/launches', {
      associationId: associationOf(desk, 'provider'),
      patientId: 'kim',
      applicationId: other.id,
    })
    assert.equal(refused.status, 404)
  })

  test('consent names the patient and the visit; every answer has the same context', async () => {
    const context = {
      encounterId: 'kim-visit',
      intent: 'reconcile-medications',
      fhirContext: [{ reference: 'Observation/kim-obs-0000', role: 'basis' }],
    }
    const { browser, page } = await openAndAsk(context)
    assert.match(page.body, /<strong>kim Rivera<\/strong>, born April 2, 1988/)
    assert.match(page.body, /Opened for the visit: Check-up, May 4, 2026/)
    assert.doesNotMatch(page.body, /Choose another patient|ana Rivera/)
    const tokens = await exchange(people, await allow(people, browser, page))
    const refreshed = await refresh(people, tokens.refresh_token)
    const seen = await introspect(people, refreshed.access_token)
    for (const answer of [tokens, refreshed, seen]) {
      assert.equal(answer.patient, 'kim')
      assert.equal(answer.encounter, 'kim-visit')
      assert.equal(answer.intent, 'reconcile-medications')
      assert.deepEqual(answer.fhirContext, context.fhirContext)
      assert.equal(answer.need_patient_banner, true)
      assert.equal(answer.smart_style_url, `${people.app.portalUrl}/smart-style.json`)
    }
    assert.ok(tokens.scope.split(' ').includes('launch'))
    assert.ok(tokens.scope.split(' ').includes('launch/encounter'))
    assert.deepEqual(await idsOf(people.app, refreshed.access_token, 'Patient'), ['kim'])
    assert.equal(await statusOf(people.app, refreshed.access_token, 'Encounter/ana-visit'), 404)
  })

  test('the list of connected apps says whose record it is', async () => {
    const { browser, page } = await openAndAsk({ patientId: 'ana' })
    const asked = await openAndAsk({ patientId: 'kim' })
    await exchange(people, await allow(people, browser, page))
    await exchange(people, await allow(people, asked.browser, asked.page, { panel: 'all' }))
    const { body } = await desk.call('GET', '/connected-apps')
    const subjects = body.apps[0].grants.map(
      ({ subject }: { subject: { patient: { name: string }; reachesPanel: boolean } }) => [
        subject.patient.name,
        subject.reachesPanel,
      ],
    )
    for (const expected of [
      ['ana Rivera', false],
      ['kim Rivera', true],
    ])
      assert.ok(
        subjects.some((each: unknown) => JSON.stringify(each) === JSON.stringify(expected)),
        JSON.stringify(subjects),
      )
  })

  test('smart-configuration names what is there', async () => {
    const answer = await fetch(`${people.app.fhirUrl}/fhir/r4/.well-known/smart-configuration`)
    const { capabilities, scopes_supported: scopes } = (await answer.json()) as Record<string, string[]>
    for (const context of ['patient', 'encounter'])
      for (const start of ['ehr', 'standalone'])
        for (const name of [`launch-${start}`, `context-${start}-${context}`])
          assert.ok(capabilities?.includes(name), name)
    for (const name of ['launch', 'launch/patient', 'launch/encounter'])
      assert.ok(scopes?.includes(name), name)
  })

  test('without a visit launch/encounter is not granted', async () => {
    const { browser, page } = await openAndAsk()
    const tokens = await exchange(people, await allow(people, browser, page))
    assert.equal(tokens.scope.split(' ').includes('launch/encounter'), false)
    assert.equal('encounter' in tokens, false)
  })

  test('a POST to the authorization page, and a pushed request, work as well', async () => {
    const { app, client } = people
    const params = {
      response_type: 'code',
      client_id: client.id,
      redirect_uri: redirectUri,
      aud: `${app.fhirUrl}/fhir/r4`,
      scope,
    }
    const browser = openBrowser()
    await ask(people, { scope, launch: launchOf(await open()) }, doctor, browser)
    const posted = await browser.post(`${app.portalUrl}/o/authorize/`, {
      ...params,
      launch: launchOf(await open()),
    })
    const page = await browser.follow(posted, app.portalUrl)
    assert.equal((await exchange(people, await allow(people, browser, page))).patient, 'kim')

    const pushed = await fetch(`${app.portalUrl}/o/par/`, {
      method: 'POST',
      body: new URLSearchParams({ ...params, launch: launchOf(await open()), client_secret: client.secret }),
    })
    const { request_uri } = (await pushed.json()) as { request_uri: string }
    const query = new URLSearchParams({ client_id: client.id, request_uri })
    const pushedPage = await browser.follow(
      await browser.get(`${app.portalUrl}/o/authorize/?${query}`),
      app.portalUrl,
    )
    assert.equal((await exchange(people, await allow(people, browser, pushedPage))).patient, 'kim')
  })

  test('a parent opens an application that is connected already, for the child', async () => {
    const parent = await openPortal(people.app, 'parent@example.com')
    const child = parent.me.associations.find(
      (each: { patient: { id: string } }) => each.patient.id === 'ana',
    )
    const query = `association=${child.id}&patient=ana`
    const before = await parent.call('GET', `/launches/choices?${query}`)
    assert.deepEqual(before.body.applications, [], 'what anybody registers is in nobody else’s menu')
    const first = await ask(people, { scope: 'patient/*.rs' }, 'parent@example.com')
    const persons = /name="person" value="([^"]+)"/.exec(first.page.body)?.[1] ?? ''
    await exchange(people, await allow(people, first.browser, first.page, { person: persons }))
    const form = { associationId: child.id, patientId: 'ana', applicationId: people.client.id }
    const { body } = await parent.call('POST', '/launches', form)
    const { browser, page } = await ask(people, { scope, launch: launchOf(body.url) }, 'parent@example.com')
    const tokens = await exchange(people, await allow(people, browser, page))
    assert.equal(tokens.patient, 'ana')
    assert.deepEqual(await idsOf(people.app, tokens.access_token, 'Patient'), ['ana'])
  })

  describe('what the desk does not open', () => {
    const rows: Array<[string, Record<string, unknown>, number]> = [
      ['a patient of another practice', { patientId: 'zoe' }, 404],
      ['a patient who is nobody', { patientId: 'nobody' }, 404],
      ['an association of another account', { associationId: 'asn_other' }, 404],
      ['a visit of another patient', { encounterId: 'ana-visit' }, 404],
      ['a record of another patient', { fhirContext: [{ reference: 'Observation/ana-obs-0000' }] }, 404],
      ['the patient once more', { fhirContext: [{ reference: 'Patient/kim' }] }, 404],
      ['an application that is unknown', { applicationId: 'app_unknown' }, 404],
      ['an intent of several words', { intent: 'do what I say' }, 400],
      ['a field that does not exist', { admin: true }, 400],
    ]
    for (const [name, context, status] of rows)
      test(name, async () => {
        const answer = await desk.call('POST', '/launches', {
          associationId: associationOf(desk, 'provider'),
          patientId: 'kim',
          applicationId: people.client.id,
          ...context,
        })
        assert.equal(answer.status, status, JSON.stringify(answer.body))
        assert.doesNotMatch(JSON.stringify(answer.body), /Rivera/)
      })

    test('anything without the CSRF token', async () => {
      const answer = await desk.call(
        'POST',
        '/launches',
        { associationId: associationOf(desk, 'provider'), patientId: 'kim', applicationId: people.client.id },
        { 'x-csrf-token': 'forged' },
      )
      assert.equal(answer.status, 403)
    })
  })

  describe('launches that are refused', () => {
    const used = async () => {
      const { launch, browser, page } = await openAndAsk()
      await allow(people, browser, page)
      return launch
    }
    const late = async () => {
      const launch = launchOf(await open())
      people.app.clock.forward(301)
      return launch
    }
    const gone = async () => {
      const launch = launchOf(await open({ patientId: 'leo' }))
      await leavePanel(people, 'leo')
      return launch
    }
    const ofOtherApplication = async () => {
      const other = await anApplication(people.app, people.west, { name: 'Other', launchUri })
      return launchOf(await open({ applicationId: other.id }))
    }
    const fresh = async () => launchOf(await open())
    const launched = 'launch patient/*.rs'
    // what happened to the launch id, who is signed in, scope, error, what its words say
    const rows: Array<[string, (() => Promise<string>) | undefined, string, string, string, RegExp]> = [
      ['used before', used, doctor, launched, 'invalid_request', /used before.*from the portal again/],
      ['older than five minutes', late, doctor, launched, 'invalid_request', /older than five minutes/],
      ['made up', async () => 'lau_made_up', doctor, launched, 'invalid_request', /not known here/],
      ['of another application', ofOtherApplication, doctor, launched, 'invalid_request', /not known here/],
      ['of another account', fresh, 'colleague@example.com', launched, 'access_denied', /another account/],
      [
        'of another account, a parent',
        fresh,
        'parent@example.com',
        launched,
        'access_denied',
        /another account/,
      ],
      ['for a patient who has left', gone, doctor, launched, 'access_denied', /does not reach this patient/],
      [
        'made up, without the scope',
        async () => 'lau_no',
        doctor,
        'patient/*.rs',
        'invalid_request',
        /not known/,
      ],
    ]
    for (const [name, make, email, wanted, error, words] of rows)
      test(`one that is ${name}`, async () => {
        const launch = await make?.()
        const params: Record<string, string> = { scope: wanted, ...(launch === undefined ? {} : { launch }) }
        const refusal = await refusalOf(params, email)
        assert.equal(refusal.error, error)
        assert.match(refusal.description, words)
        assert.doesNotMatch(`${refusal.description}${refusal.page.body}`, /Rivera|kim|leo/)
      })

    test('one text of scopes works for both ways to start: launch without an id is left out', async () => {
      for (const launch of [undefined, '']) {
        const params = {
          scope: 'launch launch/patient patient/*.rs',
          ...(launch === undefined ? {} : { launch }),
        }
        const { browser, page } = await ask(people, params, 'parent@example.com')
        const tokens = await exchange(
          people,
          await allow(people, browser, page, { person: boxesOf(page, 'person')[0] ?? '' }),
        )
        assert.equal(tokens.scope.split(' ').includes('launch'), false)
      }
    })

    test('the id of a launch counts as asking for it', async () => {
      const launch = launchOf(await open())
      const { browser, page } = await ask(people, { scope: 'patient/*.rs', launch })
      const tokens = await exchange(people, await allow(people, browser, page))
      assert.equal(tokens.patient, 'kim')
      assert.equal(tokens.scope.split(' ').includes('launch'), true)
    })

    test('a scope that was left out does not ask for a launch', async () => {
      const own = await anApplication(people.app, people.west, {
        name: 'With launch among its scopes',
        launchUri,
        scopes: ['launch', 'patient/*.rs'],
      })
      const { page } = await ask({ ...people, client: own }, {})
      assert.match(page.body, /id="authorizationForm"/)
    })

    test('the patient left between the consent page and Authorize', async () => {
      await joinPanel(people, 'leo')
      const { browser, page } = await openAndAsk({ patientId: 'leo' })
      await leavePanel(people, 'leo')
      const back = await allow(people, browser, page)
      assert.equal(back.get('error'), 'access_denied')
      assert.equal(back.get('code'), null)
    })

    test('the association ended after the grant: nothing can be read any more', async () => {
      const { app, west } = people
      const colleague = await openPortal(app, 'colleague@example.com')
      const associationId = associationOf(colleague, 'provider')
      const launch = launchOf(await open({ associationId }, colleague))
      const { browser, page } = await ask(people, { scope, launch }, 'colleague@example.com')
      const tokens = await exchange(people, await allow(people, browser, page, { panel: 'all' }))
      assert.equal(await statusOf(app, tokens.access_token, 'Patient/kim'), 200)
      await app.modules.practices.endAssociation(west.practice.id, associationId)
      assert.equal(await statusOf(app, tokens.access_token, 'Patient/kim'), 401)
      const refreshed = await refresh(people, tokens.refresh_token)
      assert.equal('patient' in refreshed, false)
    })

    test('a form that names another patient changes nothing', async () => {
      const { browser, page } = await openAndAsk()
      const fields = { patient: 'ana', person: associationOf(desk, 'provider') }
      const tokens = await exchange(people, await allow(people, browser, page, fields))
      assert.equal(tokens.patient, 'kim')
      const again = await openAndAsk()
      const picked = await again.browser.post(`${again.page.url}/patient`, {
        _csrf: fieldOf(again.page, '_csrf'),
        patient: 'ana',
        person: fields.person,
      })
      assert.equal(picked.status, 403)
    })

    test('a launch id in a refresh changes nothing', async () => {
      const { browser, page } = await openAndAsk()
      const tokens = await exchange(people, await allow(people, browser, page))
      const launch = launchOf(await open({ patientId: 'ana' }))
      const refreshed = await refresh(people, tokens.refresh_token, { launch })
      assert.equal(refreshed.patient, 'kim')
      const own = await ask(people, { scope, launch })
      assert.equal((await exchange(people, await allow(people, own.browser, own.page))).patient, 'ana')
    })

    test('of several requests at the same moment exactly one wins', async () => {
      const launch = launchOf(await open())
      const asked = await Promise.all([1, 2, 3, 4].map(() => ask(people, { scope, launch })))
      const answers = await Promise.all(asked.map(({ browser, page }) => allow(people, browser, page)))
      assert.equal(answers.filter((back) => back.has('code')).length, 1)
      for (const back of answers.filter((each) => !each.has('code'))) {
        assert.equal(back.get('error'), 'invalid_request')
        assert.match(back.get('error_description') ?? '', /used before/)
      }
    })

    test('a double click on Authorize is one answer', async () => {
      const { browser, page } = await openAndAsk()
      const form = {
        _csrf: fieldOf(page, '_csrf'),
        decision: 'Authorize',
        kind: boxesOf(page, 'kind'),
        duration: 'month',
      }
      await browser.post(page.url, form)
      const second = await browser.post(page.url, form)
      const back = queryOf(await browser.follow(second, people.app.portalUrl))
      assert.equal((await exchange(people, back)).patient, 'kim')
    })

    test('who reads the consent page for long is not refused', async () => {
      const { browser, page } = await openAndAsk()
      people.app.clock.forward(600)
      assert.ok((await allow(people, browser, page)).has('code'))
    })
  })

  describe('aud', () => {
    test('is a must for an application with a launch URL', async () => {
      const refusal = await refusalOf({ scope: 'patient/*.rs', aud: '' })
      assert.equal(refusal.error, 'invalid_request')
    })
    test('is a must for one that registered itself, and the error gives the value to send', async () => {
      const { app, west } = people
      const registered = await anApplication(app, west)
      await app.modules.applications.registrationTokens.issueFor(registered.id)
      for (const id of [registered.id, people.client.id]) {
        const request = { response_type: 'code', client_id: id, redirect_uri: redirectUri }
        const answer = await openBrowser().get(
          `${app.portalUrl}/o/authorize/?${new URLSearchParams(request)}`,
        )
        assert.equal(queryOf(answer).get('error'), 'invalid_request')
        assert.match(queryOf(answer).get('error_description') ?? '', /aud=http\S+\/fhir\/r4/)
      }
    })
    test('is left to a classic application', async () => {
      const classic = await anApplication(people.app, people.west)
      const request = { response_type: 'code', client_id: classic.id, redirect_uri: redirectUri }
      const answer = await openBrowser().get(
        `${people.app.portalUrl}/o/authorize/?${new URLSearchParams(request)}`,
      )
      assert.match(answer.location ?? '', /\/o\/interaction\//)
    })
  })

  test('launches are swept a day after their end', async () => {
    await open()
    people.app.clock.forward(26 * 3600)
    await people.app.modules.launches.sweep()
    assert.deepEqual(await people.app.store.db.selectFrom('launch').selectAll().execute(), [])
  })
})

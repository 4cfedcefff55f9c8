import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { readApi } from '../../support/authorize.ts'
import { fieldOf, openBrowser } from '../../support/browser.ts'
import { aReader } from '../../support/people.ts'
import {
  allow,
  ask,
  cancel,
  doctor,
  exchange,
  idsOf,
  introspect,
  joinPanel,
  type LaunchPeople,
  leavePanel,
  pick,
  refresh,
  startLaunchPeople,
  statusOf,
} from './launch-people.ts'

const scope = 'launch/patient patient/*.rs user/*.rs offline_access'

describe('an application that starts alone has a provider choose a patient', () => {
  let people: LaunchPeople
  before(async () => {
    people = await startLaunchPeople()
  })
  after(() => people[Symbol.asyncDispose]())

  async function choose(patient: string, fields: Record<string, string> = {}, wanted = scope) {
    const { browser, page } = await ask(people, { scope: wanted })
    const consent = await pick(browser, page, { patient })
    return exchange(people, await allow(people, browser, consent, fields))
  }

  test('finds patients by name, date of birth and number, and of no other practice', async () => {
    const { app, west } = people
    const resource = {
      resourceType: 'Patient' as const,
      id: 'ida',
      name: [{ family: "O'Hara, the 2nd", given: ['Ida'] }],
      birthDate: '1951-12-24',
      identifier: [{ system: 'urn:mrn', value: 'MRN|42' }],
    }
    await app.modules.records.write([{ practiceId: west.practice.id, resource }])
    const { browser, page } = await ask(people, { scope })
    assert.match(page.body, /<h1>Choose a patient<\/h1>/)
    assert.match(page.body, /ana Rivera/)
    const cases: Array<[Record<string, string>, RegExp, RegExp]> = [
      [{ name: 'riv kim' }, /"patient" value="kim"/, /"patient" value="ana"/],
      [{ name: "o'hara, the" }, /Ida O&#39;Hara, the 2nd/, /"patient" value="kim"/],
      [{ name: "ida o'h" }, /Ida O&#39;Hara, the 2nd/, /"patient" value="kim"/],
      [{ birthDate: '1951' }, /"patient" value="ida"/, /"patient" value="kim"/],
      [{ birthDate: '1988-04-02', name: 'leo' }, /"patient" value="leo"/, /"patient" value="ida"/],
      [{ identifier: 'MRN|42' }, /born December 24, 1951 · MRN\|42/, /"patient" value="leo"/],
      [{ name: 'zoe' }, /No patient of West Clinic fits/, /"patient" value="zoe"/],
    ]
    for (const [question, found, absent] of cases) {
      const answer = await pick(browser, page, question)
      assert.equal(answer.status, 200)
      assert.match(answer.body, found)
      assert.doesNotMatch(answer.body, absent)
      assert.equal(new URL(answer.url).search, '', 'what is searched for stays out of the address')
    }
    const wrong = await pick(browser, page, { birthDate: '12/24/1951' })
    assert.equal(wrong.status, 400)
    assert.match(wrong.body, /year-month-day/)
    await app.store.db.deleteFrom('practice_patient').where('patient_id', '=', 'ida').execute()
  })

  test('of many patients the first twenty are shown, with a hint to search', async () => {
    const { app, west } = people
    const many = Array.from({ length: 25 }, (_, index) => `many-${index + 10}`)
    await app.modules.records.write(
      many.map((id) => ({
        practiceId: west.practice.id,
        resource: { resourceType: 'Patient' as const, id, name: [{ family: 'Many', given: [id] }] },
      })),
    )
    const { browser, page } = await ask(people, { scope })
    const found = await pick(browser, page, { name: 'many' })
    assert.equal(found.body.match(/name="patient"/g)?.length, 20)
    assert.match(found.body, /The first 20 are shown/)
    await app.store.db.deleteFrom('practice_patient').where('patient_id', 'in', many).execute()
  })

  test('the token answer, the refresh answer and introspection name that patient, and all is about them', async () => {
    const { app } = people
    const tokens = await choose('kim')
    const expected = {
      patient: 'kim',
      need_patient_banner: true,
      smart_style_url: `${app.portalUrl}/smart-style.json`,
    }
    const refreshed = await refresh(people, tokens.refresh_token)
    const seen = await introspect(people, refreshed.access_token)
    for (const answer of [tokens, refreshed, seen])
      for (const [name, value] of Object.entries(expected)) assert.equal(answer[name], value, name)
    assert.equal('encounter' in tokens, false)
    for (const token of [refreshed.access_token]) {
      assert.deepEqual(await idsOf(app, token, 'Patient'), ['kim'])
      assert.deepEqual(await idsOf(app, token, 'Encounter'), ['kim-visit'])
      assert.deepEqual(await idsOf(app, token, 'Observation?patient=ana'), [])
      assert.deepEqual(await idsOf(app, token, 'Observation?subject:Patient.name=ana'), [])
      assert.equal(await statusOf(app, token, 'Patient/ana'), 404)
    }
  })

  test('user scopes reach the panel when the provider ticks it, and patient scopes never do', async () => {
    const { app } = people
    const wanted =
      'launch/patient patient/Observation.rs patient/Patient.rs user/Patient.rs user/Encounter.rs'
    const narrow = await choose('kim', {}, wanted)
    assert.deepEqual(await idsOf(app, narrow.access_token, 'Patient'), ['kim'])
    const { access_token: token, patient } = await choose('kim', { panel: 'all' }, wanted)
    assert.equal(patient, 'kim')
    assert.deepEqual(await idsOf(app, token, 'Patient'), ['ana', 'kim', 'leo'])
    assert.deepEqual(await idsOf(app, token, 'Encounter'), ['ana-visit', 'kim-visit'])
    assert.deepEqual(await idsOf(app, token, 'Observation'), ['kim-obs-0000'])
    assert.equal(await statusOf(app, token, 'Patient/ana'), 200)
    assert.equal(await statusOf(app, token, 'Observation/ana-obs-0000'), 404)
    assert.equal(await statusOf(app, token, 'Observation/kim-obs-0000'), 200)
    assert.equal(await statusOf(app, token, 'Patient/zoe'), 404)
    // What is brought along, chained to or counted is given by one scope context as a whole.
    assert.deepEqual(await idsOf(app, token, 'Patient?_revinclude=Observation:subject'), [
      'ana',
      'kim',
      'leo',
    ])
    assert.deepEqual(await idsOf(app, token, 'Patient?_has:Observation:subject:code=8867-4'), ['kim'])
    assert.deepEqual(await idsOf(app, token, 'Observation?_include=Observation:subject'), [
      'kim',
      'kim-obs-0000',
    ])
    assert.equal(await statusOf(app, token, 'Immunization'), 403)
  })

  test('no question that is asked in a clever way gets around that', async () => {
    const { app } = people
    const wanted = 'launch/patient patient/Observation.rs user/Patient.rs user/Encounter.rs'
    const { access_token: token } = await choose('kim', { panel: 'all' }, wanted)
    // what is asked, what may come
    const rows: Array<[string, string[]]> = [
      ['Observation?subject=Patient/ana', []],
      ['Observation?patient=ana', []],
      ['Observation?subject:Patient.name=ana', []],
      ['Observation?_id=ana-obs-0000,kim-obs-0000', ['kim-obs-0000']],
      ['Observation/_history', ['kim-obs-0000']],
      ['Encounter?subject:Patient.name=ana', ['ana-visit']],
      ['Encounter?_include=Encounter:subject', ['ana', 'ana-visit', 'kim', 'kim-visit']],
      ['Patient/ana/$everything', ['ana', 'ana-visit']],
      ['Patient?_id=ana&_revinclude=Observation:subject', ['ana']],
      [
        'Patient?_id=ana&_revinclude=Encounter:subject&_revinclude:iterate=Observation:encounter',
        ['ana', 'ana-visit'],
      ],
      ['Patient?_has:Observation:subject:status=final', ['kim']],
      ['Patient?_id=zoe', []],
    ]
    for (const [query, expected] of rows) assert.deepEqual(await idsOf(app, token, query), expected, query)
    const inClassic = async (path: string) =>
      (await readApi(app, path, token)).body.results.map(({ id }: { id: string }) => id).sort()
    assert.deepEqual(await inClassic('Observation'), ['kim-obs-0000'])
    assert.deepEqual(await inClassic('Observation?patient=ana'), [])
    assert.deepEqual(await inClassic('Patient'), ['ana', 'kim', 'leo'])
    for (const [path, status] of [
      ['Observation/ana-obs-0000/_history/1', 404],
      ['Observation/ana-obs-0000/_history', 404],
      ['Observation/kim-obs-0000/_history/1', 200],
      ['Encounter/ana-visit/_history/1', 200],
      ['Immunization/kim-imm-0000', 403],
    ] as const)
      assert.equal(await statusOf(app, token, path), status, path)
  })

  test('a filter on a user scope hides nothing that a patient scope gives of the patient', async () => {
    const { app } = people
    const filtered =
      'user/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory'
    const tokens = await choose('kim', { panel: 'all' }, `launch/patient patient/Observation.rs ${filtered}`)
    assert.deepEqual(await idsOf(app, tokens.access_token, 'Observation'), ['kim-obs-0000'])
    const onlyUser = await choose('kim', { panel: 'all' }, `launch/patient patient/Patient.rs ${filtered}`)
    assert.deepEqual(await idsOf(app, onlyUser.access_token, 'Observation'), [])
    assert.equal(await statusOf(app, onlyUser.access_token, 'Observation/kim-obs-0000'), 404)
  })

  test('when the patient leaves the panel the next request is refused, and given when they return', async () => {
    const { app } = people
    const tokens = await choose('leo')
    assert.equal(await statusOf(app, tokens.access_token, 'Patient/leo'), 200)
    await leavePanel(people, 'leo')
    assert.equal(await statusOf(app, tokens.access_token, 'Patient/leo'), 401)
    assert.deepEqual(await idsOf(app, tokens.access_token, 'Observation'), ['status 401'])
    const refreshed = await refresh(people, tokens.refresh_token)
    const seen = await introspect(people, refreshed.access_token)
    for (const answer of [refreshed, seen]) assert.equal('patient' in answer, false)
    await joinPanel(people, 'leo')
    assert.equal(await statusOf(app, tokens.access_token, 'Patient/leo'), 200)
  })

  describe('ways round the choice', () => {
    const tampered: Array<[string, Record<string, string>]> = [
      ['a patient of another practice', { patient: 'zoe' }],
      ['a patient who is nobody', { patient: 'nobody' }],
      ['an empty patient', { patient: '' }],
      ['an association of somebody else', { patient: 'kim', person: 'asn_other' }],
    ]
    for (const [name, fields] of tampered) {
      test(`${name} cannot be chosen on the picker`, async () => {
        const { browser, page } = await ask(people, { scope })
        const answer = await pick(browser, page, fields)
        assert.equal(answer.status, 400)
        assert.match(answer.body, /Choose one of the patients below/)
      })
      test(`${name} cannot be put into the consent form`, async () => {
        const { browser, page } = await ask(people, { scope })
        const consent = await pick(browser, page, { patient: 'kim' })
        await assert.rejects(allow(people, browser, consent, fields), /no redirect back but 400/)
      })
    }

    test('without a patient the consent form is refused, be the request ever so right', async () => {
      const { browser, page } = await ask(people, { scope })
      const sent = await browser.post(page.url, {
        _csrf: fieldOf(page, '_csrf'),
        decision: 'Authorize',
        kind: 'Observation',
        person: fieldOf(page, 'person'),
      })
      assert.equal(sent.status, 400)
    })

    test('the picker needs its CSRF token', async () => {
      const { browser, page } = await ask(people, { scope })
      const answer = await pick(browser, page, { name: 'kim', _csrf: 'forged' })
      assert.equal(answer.status, 403)
      assert.doesNotMatch(answer.body, /Rivera/)
    })

    test('another browser cannot search with somebody else’s request', async () => {
      const { browser, page } = await ask(people, { scope })
      const stranger = openBrowser()
      const own = await ask(people, { scope }, 'parent@example.com', stranger)
      const answer = await stranger.post(`${page.url}/patient`, {
        _csrf: fieldOf(own.page, '_csrf'),
        person: fieldOf(page, 'person'),
        name: 'leo',
      })
      assert.notEqual(answer.status, 200)
      assert.doesNotMatch(answer.body, /leo/)
      assert.equal((await cancel(people, browser, page)).get('error'), 'access_denied')
    })

    test('a family cannot search at all', async () => {
      const { browser, page } = await ask(people, { scope }, 'parent@example.com')
      assert.match(page.body, /type="radio" name="person"/)
      const desk = (await ask(people, { scope })).page
      const answer = await browser.post(`${page.url}/patient`, {
        _csrf: fieldOf(page, '_csrf'),
        person: fieldOf(desk, 'person'),
        patient: 'leo',
      })
      assert.notEqual(answer.status, 200)
      assert.doesNotMatch(answer.body, /leo/)
    })
  })

  test('who is a provider and a patient elsewhere may choose the own record', async () => {
    const { app, east } = people
    const account = await app.modules.accounts.findByEmail(doctor)
    await app.modules.practices.associate({
      accountId: account?.id ?? '',
      practiceId: east.practice.id,
      role: 'patient',
      patientId: 'zoe',
    })
    const { browser, page } = await ask(people, { scope })
    assert.match(page.body, /Your own record \(zoe Rivera\)/)
    const [own = ''] =
      /name="person" value="([^"]+)">\s*<button type="submit" name="choose"/.exec(page.body)?.slice(1) ?? []
    const consent = await pick(browser, page, { person: own, choose: 'own' })
    assert.match(consent.body, /<strong>zoe Rivera<\/strong>/)
    const tokens = await exchange(people, await allow(people, browser, consent, { panel: 'all' }))
    assert.equal(tokens.patient, 'zoe')
    assert.deepEqual(await idsOf(app, tokens.access_token, 'Patient'), ['zoe'])
    const [association] = (await app.modules.practices.listAssociations(account?.id ?? '')).filter(
      ({ role }) => role === 'patient',
    )
    await app.modules.practices.endAssociation(east.practice.id, association?.id ?? '')
    assert.deepEqual(await idsOf(app, tokens.access_token, 'Patient'), ['status 401'])
  })

  test('an account of two practices says in which one it searches', async () => {
    const { app, east, west } = people
    const both = await aReader(app, west, 'both@example.com', [])
    for (const { practice } of [west, east])
      await app.modules.practices.associate({ accountId: both.id, practiceId: practice.id, role: 'staff' })
    const { browser, page } = await ask(people, { scope }, 'both@example.com')
    const [, first = '', second = ''] =
      /<select id="person"[^>]*><option value="([^"]+)"[^>]*>West Clinic<\/option><option value="([^"]+)"/.exec(
        page.body,
      ) ?? []
    const form = { _csrf: fieldOf(page, '_csrf') }
    const inEast = await browser.post(`${page.url}/patient`, { ...form, person: second, name: 'zoe' })
    assert.match(inEast.body, /"patient" value="zoe"/)
    const mixed = await browser.post(`${page.url}/patient`, { ...form, person: first, patient: 'zoe' })
    assert.equal(mixed.status, 400)
  })
})

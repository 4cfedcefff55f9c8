import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { aKey } from '../authorization/clients/client-keys.ts'
import { authorize, getTokens, postToken, readApi } from '../support/authorize.ts'
import { aClinic, anAccount, aPatient, aReader, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { applicationForm, openPortal, type Portal } from './open-portal.ts'

describe('FHIR API Application', () => {
  let app: TestApp
  let portal: Portal
  before(async () => {
    app = await startApp()
    const clinic = await aClinic(app, 'West')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'])
    portal = await openPortal(app, clinic.provider.email)
  })
  after(() => app[Symbol.asyncDispose]())

  const create = (change: object = {}) =>
    portal.call('POST', '/applications', { ...applicationForm, ...change })

  async function tryExchange(id: string, secret: string): Promise<number> {
    const back = await authorize(app, id, 'ana@example.com')
    const { status } = await postToken(app, {
      grant_type: 'authorization_code',
      code: back.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id: id,
      client_secret: secret,
    })
    return status
  }

  test('the secret is in the answer that made it, and in no other', async () => {
    const { status, body } = await create()
    assert.equal(status, 201)
    assert.match(body.secret, /^ops_/)
    const later = await Promise.all([
      portal.call('GET', '/applications'),
      portal.call('GET', `/applications/${body.application.id}`),
      portal.call('PUT', `/applications/${body.application.id}`, applicationForm),
    ])
    assert.doesNotMatch(JSON.stringify(later), new RegExp(body.secret))
    assert.doesNotMatch(JSON.stringify(later), /hash/i)
  })

  test('an application with a key has no secret, and keeps its key when other fields change', async () => {
    const { public: jwk } = await aKey('ES384')
    const made = await create({ authentication: 'key', jwks: { keys: [jwk] } })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.equal(made.body.secret, null)
    const { id } = made.body.application
    const changed = await portal.call('PUT', `/applications/${id}`, { ...applicationForm, name: 'Other' })
    assert.equal(changed.body.application.authentication, 'key')
    assert.deepEqual(changed.body.application.jwks, made.body.application.jwks)
    const wrong = await create({ authentication: 'key', jwksUri: 'https://10.0.0.1/keys' })
    assert.equal(wrong.status, 400)
    assert.equal(wrong.body.field, 'jwksUri')
  })

  test('a rotated secret works, the old one as long as was chosen', async () => {
    const { body } = await create()
    const { id } = body.application
    const second = await portal.call('POST', `/applications/${id}/secrets`, { overlapSeconds: 3600 })
    assert.equal(await tryExchange(id, body.secret), 200)
    assert.equal(await tryExchange(id, second.body.secret), 200)
    app.clock.forward(3601)
    assert.equal(await tryExchange(id, body.secret), 401)
    const third = await portal.call('POST', `/applications/${id}/secrets`, { overlapSeconds: 0 })
    assert.equal(await tryExchange(id, second.body.secret), 401)
    assert.equal(await tryExchange(id, third.body.secret), 200)
  })

  test('a public application has no secret, and PKCE is a must', async () => {
    const { body } = await create({ kind: 'public' })
    assert.equal(body.secret, null)
    const asked = { response_type: 'code', client_id: body.application.id, redirect_uri: redirectUri }
    const answer = await fetch(`${app.portalUrl}/o/authorize/?${new URLSearchParams(asked)}`, {
      redirect: 'manual',
    })
    const back = new URL(answer.headers.get('location') ?? '').searchParams
    assert.match(back.get('error_description') ?? '', /PKCE/)
  })

  test('redirect URIs that could be abused are refused with a reason, plain http is warned about', async () => {
    const refused = [
      'https://app.example/#part',
      'https://*.app.example/cb',
      'https://app.example/*',
      'javascript:alert(1)',
      'myapp://callback',
      'ftp://app.example/',
      'https://user:secret@app.example/cb',
      '//app.example/cb',
      'app.example/cb',
      'https://',
      `https://app.example/${'x'.repeat(3000)}`,
      // Of a program of a device, which this application is not.
      'com.example.app:/cb',
      'https://app.example/cb?code=1',
      'https://app.example/cb?x=1&state=',
      'https://app.example/cb?%69ss=x',
    ]
    for (const uri of refused) {
      const { status, body } = await create({ redirectUris: ['https://fine.example/', uri] })
      assert.equal(status, 400, uri)
      assert.equal(body.field, 'redirectUris')
      assert.ok(body.detail.length > 20, body.detail)
    }
    const allowed = [
      'https://app.example/cb?x=1',
      'http://localhost:3000/cb',
      'http://127.0.0.1/',
      'http://[::1]:9/',
    ]
    const fine = await create({ redirectUris: allowed })
    assert.deepEqual([fine.status, fine.body.warnings], [201, []])
    const plain = await create({ redirectUris: ['http://app.example/cb'] })
    assert.equal(plain.status, 201)
    assert.match(plain.body.warnings[0].message, /http/)
  })

  test('a public application may have a scheme of its own, for the way back and after sign-out', async () => {
    const open = { kind: 'public', authentication: 'none' }
    const own = ['com.example.app:/cb', 'com.example.app://cb', 'Com.Example-2.app:/cb?x=1']
    const fine = await create({
      ...open,
      redirectUris: own,
      postLogoutRedirectUris: ['com.example.app:/bye'],
    })
    assert.deepEqual([fine.status, fine.body.warnings], [201, []], JSON.stringify(fine.body))
    assert.deepEqual(fine.body.application.redirectUris, own)
    for (const uri of [
      ...['myapp:/cb', 'com.example.app:', 'com.example.app:/', 'com.example.app:cb', 'com.example.app:/a#b'],
      ...[
        'com.example.app:/a b',
        'com.example.app:/*',
        'com.example.app:/cb?code=x',
        'javascript:/x',
        '.a:/b',
      ],
      ...['com.example.app://user@x/cb', 'file:/etc/passwd', '1.a:/b'],
    ])
      assert.equal((await create({ ...open, redirectUris: [uri] })).status, 400, uri)
    const mixed = await create({ ...open, redirectUris: [...own, 'http://app.example/cb'] })
    assert.equal(mixed.body.field, 'redirectUris')
  })

  test('what is missing, too long, of the wrong type or unknown is a 4xx that names the field', async () => {
    const wrong: Array<[object, string]> = [
      [{ name: '' }, 'name'],
      [{ name: 'x'.repeat(101) }, 'name'],
      [{ name: 'Dia\u202ery' }, 'name'],
      [{ name: 7 }, 'name'],
      [{ kind: 'secret' }, 'kind'],
      [{ redirectUris: [] }, 'redirectUris'],
      [{ redirectUris: 'https://app.example/' }, 'redirectUris'],
      [{ scopes: ['patient/*.write'] }, 'scopes'],
      [{ scopes: ['system/*.read'] }, 'scopes'],
      [{ scopes: ['everything'] }, 'scopes'],
      [{ logoUri: 'javascript:alert(1)' }, 'logoUri'],
      [{ policyUri: 'nowhere' }, 'policyUri'],
      [{ launchUri: 'javascript:alert(1)' }, 'launchUri'],
      [{ launchUri: 'https://app.example@evil.example/' }, 'launchUri'],
      [{ launchUri: 'https://app.example/#launch' }, 'launchUri'],
      [{ launchUri: 'https://app.example/?iss=https://evil.example' }, 'launchUri'],
      [{ isAdmin: true }, 'isAdmin'],
    ]
    for (const [change, field] of wrong) {
      const { status, body } = await create(change)
      assert.deepEqual([status, body.field], [400, field], JSON.stringify(change))
    }
    for (const body of ['{"name":', 'null', '[]', '"text"', `{"name":"${'x'.repeat(2_000_000)}"}`]) {
      const { status } = await portal.call('POST', '/applications', body)
      assert.ok(status >= 400 && status < 500, `${status} for ${body.slice(0, 20)}`)
    }
  })

  test('a launch URL is kept as it was written, and can be taken away', async () => {
    const launchUri = 'https://app.example/launch?mode=a%20b'
    const { body } = await create({ launchUri })
    assert.deepEqual([body.application.launchUri, body.application.requiresAudience], [launchUri, true])
    const path = `/applications/${body.application.id}`
    const cleared = await portal.call('PUT', path, { ...applicationForm, launchUri: null })
    const { application } = cleared.body
    assert.deepEqual([application.launchUri, application.requiresAudience], [null, false])
  })

  test('deleting ends every grant at once', async () => {
    const { body } = await create()
    const { id } = body.application
    const tokens = await getTokens(app, { id, secret: body.secret }, 'ana@example.com')
    assert.equal((await portal.call('DELETE', `/applications/${id}`)).status, 204)
    assert.equal((await readApi(app, 'Patient', tokens.access_token)).status, 401)
    assert.equal((await portal.call('GET', `/applications/${id}`)).status, 404)
  })

  test('an account with no provider sees an error that says so', async () => {
    await anAccount(app, 'alone@example.com', 'Alone')
    const alone = await openPortal(app, 'alone@example.com')
    const { status, body } = await alone.call('POST', '/applications', applicationForm)
    assert.deepEqual([status, body.code], [403, 'not-associated'])
    assert.equal((await alone.call('POST', '/sandboxes')).status, 201)
    assert.equal((await alone.call('POST', '/applications', applicationForm)).status, 201)
  })

  test('the list is searched by name, sorted and paged on the server', async () => {
    const clinic = await aClinic(app, 'Listed')
    const names = ['Zebra', 'ärzte 100%', 'Arzt_1', 'Vaccine diary', 'Österreich']
    for (const name of names) {
      await app.modules.applications.create(clinic.provider.id, { ...applicationForm, kind: 'public', name })
      app.clock.forward(1)
    }
    const own = await openPortal(app, clinic.provider.email)
    const list = async (query: string) => {
      const { status, body } = await own.call('GET', `/applications?${query}`)
      assert.equal(status, 200, JSON.stringify(body))
      const found = body.applications.map((each: { name: string }) => each.name)
      return { found, count: body.count, next: body.next }
    }
    const newest = names.toReversed()
    assert.deepEqual(await list(''), { found: newest, count: 5, next: null })
    assert.deepEqual((await list('order=oldest')).found, names)
    const byName = ['Arzt_1', 'ärzte 100%', 'Österreich', 'Vaccine diary', 'Zebra']
    assert.deepEqual((await list('order=name')).found, byName)
    assert.deepEqual(await list('order=name&limit=2&offset=2'), {
      found: byName.slice(2, 4),
      count: 5,
      next: 4,
    })
    assert.deepEqual(await list('order=name&limit=2&offset=4'), { found: ['Zebra'], count: 5, next: null })
    for (const [search, found] of [
      ['ARZT', ['Arzt_1', 'ärzte 100%']],
      ['ÄRZTE', ['ärzte 100%']],
      ['0%', ['ärzte 100%']],
      ['t_', ['Arzt_1']],
      ['%', ['ärzte 100%']],
      ['\\', []],
      ["' or 1=1 --", []],
      ['\0zebra', ['Zebra']],
      [' ', byName],
    ] as const)
      assert.deepEqual((await list(`order=name&search=${encodeURIComponent(search)}`)).found, found, search)
    const [{ id }] = (await own.call('GET', '/applications?search=zeb')).body.applications
    assert.deepEqual((await list(`search=${id}`)).found, ['Zebra'])
    for (const query of [
      'limit=0',
      'limit=101',
      'limit=x',
      'offset=-1',
      'offset=10001',
      'order=color',
      'page=2',
    ])
      assert.equal((await own.call('GET', `/applications?${query}`)).status, 400, query)
    // A new name is found by it at once.
    await own.call('PUT', `/applications/${id}`, { ...applicationForm, name: 'Okapi' })
    assert.deepEqual((await list('search=zebra')).found, [])
    assert.deepEqual((await list('search=okapi')).found, ['Okapi'])
  })
})

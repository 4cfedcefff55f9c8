import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { openCommandLine, waitForAddress } from '../cli/run-onpatient.ts'
import { openPortal } from '../portal-api/open-portal.ts'
import { authorize, getTokens, postToken } from '../support/authorize.ts'
import { fieldOf, openBrowser } from '../support/browser.ts'
import {
  aClinic,
  anApplication,
  aPatient,
  aReader,
  type Clinic,
  password,
  redirectUri,
} from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { aKey, anApprovedService, askForBackendToken } from './clients/client-keys.ts'

/** What the API may go on to believe of what it has just read (server/grants/open-grant.ts). */
const allowedMs = 1000

/** Two servers as the operating system has them, on one database; `app` is a third, which issues the tokens. */
describe('what is ended in one process is refused in the other within a second', () => {
  let app: TestApp
  let clinic: Clinic
  let cli: Awaited<ReturnType<typeof openCommandLine>>
  let here: string
  let there: string
  before(async () => {
    app = await startApp()
    clinic = await aClinic(app, 'East Clinic')
    await aPatient(app, clinic, 'ana')
    cli = await openCommandLine({
      ...{ DATABASE_URL: app.databaseUrl, DEMO: 'off', LOG_LEVEL: 'silent', REGISTRATION: 'open' },
    })
    here = (await waitForAddress(cli.start('serve'))).portalUrl
    there = (await waitForAddress(cli.start('serve'))).portalUrl
  })
  after(async () => {
    await cli?.[Symbol.asyncDispose]()
    await app?.[Symbol.asyncDispose]()
  })

  let count = 0
  async function aConnection(relationship = 'self') {
    count += 1
    const account = await aReader(app, clinic, `reader${count}@example.com`, ['ana'], relationship)
    const client = await anApplication(app, clinic)
    return { account, client, tokens: await getTokens(app, client, account.email) }
  }
  type Connection = Awaited<ReturnType<typeof aConnection>>

  const statusThere = async (token: string) =>
    (await fetch(`${there}/fhir/r4/Patient/ana`, { headers: { authorization: `Bearer ${token}` } })).status
  const refreshAt = async (portalUrl: string, { client, tokens }: Connection) =>
    postToken(
      { ...app, portalUrl },
      {
        grant_type: 'refresh_token',
        refresh_token: tokens.refresh_token,
        client_id: client.id,
        client_secret: client.secret,
      },
    )
  /** Reads without a pause until it is refused; the last request that was answered must have come in time. */
  async function assertRefusedThere(token: string, end: () => Promise<unknown>): Promise<void> {
    assert.equal(await statusThere(token), 200)
    await end()
    const endedAt = performance.now()
    let lastServedAt = endedAt
    for (let asked = performance.now(); (await statusThere(token)) === 200; asked = performance.now()) {
      lastServedAt = asked
      assert.ok(asked - endedAt < 10 * allowedMs, 'it is never refused')
      await setTimeout(10)
    }
    assert.ok(lastServedAt - endedAt < allowedMs, `still served after ${lastServedAt - endedAt} ms`)
    assert.equal(await statusThere(token), 401)
  }
  async function assertEnded(connection: Connection, end: (connection: Connection) => Promise<unknown>) {
    await assertRefusedThere(connection.tokens.access_token, () => end(connection))
    for (const portalUrl of [there, here]) {
      const { status, body } = await refreshAt(portalUrl, connection)
      assert.equal(status === 200 ? 'refreshed' : body.error, body.error)
      assert.match(String(body.error), /^invalid_(grant|client)$/)
    }
  }
  const portalOf = (email: string) => openPortal({ portalUrl: here }, email)
  const done = ({ status, body }: { status: number; body: unknown }) =>
    assert.ok(status < 300, `${status} ${JSON.stringify(body)}`)

  const ends: Array<[string, (connection: Connection) => Promise<unknown>, string?]> = [
    [
      'a click on revoke',
      async ({ account }) => {
        const { call } = await portalOf(account.email)
        const { body } = await call('GET', '/connected-apps')
        done(await call('DELETE', `/grants/${body.apps[0].grants[0].id}`))
      },
    ],
    [
      'the end of all that the app was given',
      async ({ account }) => {
        const { call } = await portalOf(account.email)
        const { body } = await call('GET', '/connected-apps')
        done(await call('DELETE', `/connected-apps/${body.apps[0].application.id}`))
      },
    ],
    [
      'a changed password',
      async ({ account }) => {
        const { call } = await portalOf(account.email)
        done(await call('POST', '/me/password', { current: password, next: 'another-long-password' }))
      },
    ],
    [
      'a password that was reset by mail',
      async ({ account }) => {
        await app.modules.accounts.startPasswordReset(account.email, { ip: '192.0.2.1', userAgent: 'x' })
        const mails = (await app.modules.outbox?.list())?.filter(({ to }) => to === account.email) ?? []
        const [, token = ''] = /token=(\S+)/.exec(mails[0]?.text ?? '') ?? []
        const browser = openBrowser()
        const page = await browser.get(`${here}/reset/finish?token=${token}`)
        const _csrf = fieldOf(page, '_csrf')
        const answer = await browser.post(`${here}/reset/finish`, {
          _csrf,
          token,
          password: 'another-long-password',
        })
        assert.equal(answer.location, `${here}/`)
      },
    ],
    [
      'an account that its owner closed',
      async ({ account }) => {
        const { call } = await portalOf(account.email)
        done(await call('POST', '/me/close', {}))
      },
    ],
    ['proxy rights that the practice ended', endAssociation, 'parent'],
    ['a patient who left the practice', endAssociation],
    [
      'an application that its developer deleted',
      async ({ client }) => {
        const { call } = await portalOf(clinic.provider.email)
        done(await call('DELETE', `/applications/${client.id}`))
      },
    ],
    [
      'an application that deleted itself (RFC 7592)',
      async ({ client }) => {
        const token = await app.modules.applications.registrationTokens.issueFor(client.id)
        const headers = { authorization: `Bearer ${token}` }
        assert.equal(
          (await fetch(`${here}/o/register/${client.id}`, { method: 'DELETE', headers })).status,
          204,
        )
      },
    ],
    ['the access token that the application revoked', (connection) => revoke(connection, 'access_token')],
    ['the refresh token that the application revoked', (connection) => revoke(connection, 'refresh_token')],
    [
      'a refresh token that comes back after its time of grace',
      async (connection) => {
        await refreshAt(app.portalUrl, connection)
        app.clock.forward(31)
        await refreshAt(app.portalUrl, connection)
        // The clock of the others did not move.
        app.clock.forward(-31)
      },
    ],
  ]
  for (const [title, end, relationship] of ends)
    test(title, async () => assertEnded(await aConnection(relationship), end))

  test('a code that was used twice', async () => {
    const { account, client } = await aConnection()
    const code = (await authorize(app, client.id, account.email)).get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
    const redeem = () => postToken(app, { ...form, client_id: client.id, client_secret: client.secret })
    const { body } = await redeem()
    await assertRefusedThere(body.access_token, redeem)
  })

  test('an approval that the practice ended', async () => {
    const key = await aKey('ES384')
    const service = await anApprovedService(app, clinic, key)
    const { access_token } = (await askForBackendToken(app, service.id, key)).body
    const { call } = await portalOf(clinic.provider.email)
    const path = `/practices/${clinic.practice.id}/approvals`
    const { body } = await call('GET', path)
    const approval = body.approvals.find(
      ({ application }: { application: { id: string } }) => application.id === service.id,
    )
    await assertRefusedThere(access_token, async () => done(await call('DELETE', `${path}/${approval.id}`)))
    assert.equal((await askForBackendToken(app, service.id, key)).body.error, 'unauthorized_client')
  })

  test('a person who is signed out everywhere else', async () => {
    const { account } = await aConnection()
    const elsewhere = await openPortal({ portalUrl: there }, account.email)
    assert.equal((await elsewhere.call('GET', '/connected-apps')).status, 200)
    const { call } = await portalOf(account.email)
    done(await call('POST', '/sign-ins/end-others'))
    assert.equal((await elsewhere.call('GET', '/connected-apps')).status, 401)
  })

  async function endAssociation({ account }: Connection) {
    const [association] = await app.modules.practices.listAssociations(account.id)
    const { call } = await portalOf(clinic.provider.email)
    done(await call('DELETE', `/practices/${clinic.practice.id}/associations/${association?.id}`))
  }
  async function revoke({ client, tokens }: Connection, kind: 'access_token' | 'refresh_token') {
    const response = await fetch(`${here}/o/revoke/`, {
      method: 'POST',
      body: new URLSearchParams({ token: tokens[kind], client_id: client.id, client_secret: client.secret }),
    })
    assert.equal(response.status, 200)
  }
})

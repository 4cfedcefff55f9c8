import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { codeOf } from '../support/authenticator-app.ts'
import { anAccount, password } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'
import { openPortal } from './open-portal.ts'

describe('the second step of the own account', () => {
  let app: TestApp
  before(async () => {
    app = await startApp()
  })
  after(() => app[Symbol.asyncDispose]())

  async function aPerson(name: string) {
    await anAccount(app, `${name}@example.com`, name)
    return openPortal(app, `${name}@example.com`)
  }

  async function setUp(portal: Awaited<ReturnType<typeof openPortal>>) {
    const { body } = await portal.call('POST', '/me/factors/authenticator-app')
    const code = codeOf(body.text, app.clock.now())
    return portal.call('POST', '/me/factors/authenticator-app/confirm', { code })
  }

  test('an app is set up with the code it shows, and brings recovery codes', async () => {
    const portal = await aPerson('ana')
    assert.deepEqual((await portal.call('GET', '/me/factors')).body, {
      authenticatorApp: null,
      passkeys: [],
      recoveryCodesLeft: null,
      isProven: true,
      isTwoStep: false,
    })
    const started = await portal.call('POST', '/me/factors/authenticator-app')
    assert.equal(started.status, 201)
    assert.match(started.body.uri, /^otpauth:\/\/totp\//)
    const wrong = await portal.call('POST', '/me/factors/authenticator-app/confirm', { code: '000000' })
    assert.deepEqual([wrong.status, wrong.body.code, wrong.body.field], [401, 'code-refused', 'code'])
    const code = codeOf(started.body.text, app.clock.now())
    const right = await portal.call('POST', '/me/factors/authenticator-app/confirm', { code })
    assert.equal(right.body.recoveryCodes.length, 10)
    const { body } = await portal.call('GET', '/me/factors')
    assert.deepEqual([body.recoveryCodesLeft, body.isTwoStep], [10, true])
    assert.ok(body.authenticatorApp.createdAt)
    assert.doesNotMatch(JSON.stringify(body), new RegExp(started.body.text))
  })

  test('ten minutes after the last proof, every change asks for a new one', async () => {
    const portal = await aPerson('kim')
    await setUp(portal)
    app.clock.forward(601)
    assert.equal((await portal.call('GET', '/me/factors')).body.isProven, false)
    for (const [method, path, body] of [
      ['POST', '/me/factors/authenticator-app'],
      ['POST', '/me/factors/authenticator-app/confirm', { code: '123456' }],
      ['DELETE', '/me/factors/authenticator-app'],
      ['POST', '/me/factors/recovery-codes'],
    ] as const) {
      const answer = await portal.call(method, path, body)
      assert.deepEqual([answer.status, answer.body.code], [403, 'proof-required'], `${method} ${path}`)
    }
    const signIn = (await app.modules.accounts.listSignIns(portal.me.account.id))[0]
    assert.ok(signIn)
    await app.modules.accounts.proveAgain(signIn, password)
    assert.equal((await portal.call('POST', '/me/factors/recovery-codes')).body.recoveryCodes.length, 10)
    assert.equal((await portal.call('DELETE', '/me/factors/authenticator-app')).status, 204)
    assert.equal((await portal.call('DELETE', '/me/factors/authenticator-app')).status, 404)
    assert.equal((await portal.call('POST', '/me/factors/recovery-codes')).status, 403)
  })

  test('a change without the token of the page is refused', async () => {
    const portal = await aPerson('lea')
    for (const path of ['authenticator-app', 'authenticator-app/confirm', 'recovery-codes']) {
      const answer = await portal.call('POST', `/me/factors/${path}`, {}, { 'x-csrf-token': 'x' })
      assert.deepEqual([answer.status, answer.body.code], [403, 'csrf-failed'], path)
    }
  })
})

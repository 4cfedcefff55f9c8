import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf } from '../support/authenticator-app.ts'
import { answerConsent, openConsent, postToken } from '../support/authorize.ts'
import { fieldOf } from '../support/browser.ts'
import { aClinic, anApplication, aPatient, aReader, redirectUri } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'

test('an id_token tells whether more than the password was given (RFC 8176)', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'North')
  await aPatient(app, clinic, 'ana')
  const reader = await aReader(app, clinic, 'ana@example.com', ['ana'])
  const { id, secret } = await anApplication(app, clinic)

  async function signIn(appSecret?: string): Promise<unknown> {
    const scope = 'openid patient/*.rs'
    const request = { response_type: 'code', client_id: id, redirect_uri: redirectUri, scope }
    const { browser, page } = await openConsent(app, request, reader.email)
    let consent = page
    if (appSecret !== undefined) {
      const form = { _csrf: fieldOf(page, '_csrf'), next: fieldOf(page, 'next') }
      const code = codeOf(appSecret, app.clock.now())
      const passed = await browser.post(`${app.portalUrl}/signin/code`, { ...form, code })
      consent = await browser.follow(passed, app.portalUrl)
    }
    const back = await answerConsent(app, browser, consent)
    const { body } = await postToken(app, {
      grant_type: 'authorization_code',
      code: new URL(back.location ?? '').searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      client_id: id,
      client_secret: secret,
    })
    const [, claims = ''] = String(body.id_token).split('.')
    return JSON.parse(Buffer.from(claims, 'base64url').toString()).amr
  }

  assert.deepEqual(await signIn(), ['pwd'])
  const { accounts } = app.modules
  const { token } = await accounts.startSignIn(reader.id, { ip: '192.0.2.1', userAgent: 'x' })
  const own = await accounts.findSignIn(token)
  assert.ok(own)
  const { text } = await accounts.factors.startAuthenticatorApp(own.account, own.signIn)
  await accounts.factors.confirmAuthenticatorApp(own.account, own.signIn, codeOf(text, app.clock.now()))
  app.clock.forward(60)
  assert.deepEqual(await signIn(text), ['mfa'])
})

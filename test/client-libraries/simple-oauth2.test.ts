import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthorizationCode } from 'simple-oauth2'
import { aClinic, anApplication, aPatient, aReader, redirectUri } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'
import { askPerson } from './ask-person.ts'

for (const authorizationMethod of ['header', 'body'] as const)
  test(`simple-oauth2 gets tokens, refreshes and revokes, with its secret in the ${authorizationMethod}`, async () => {
    await using app = await startApp()
    const clinic = await aClinic(app, 'West Clinic')
    await aPatient(app, clinic, 'ana')
    await aReader(app, clinic, 'ana@example.com', ['ana'], 'self')
    const { id, secret } = await anApplication(app, clinic)
    const library = new AuthorizationCode({
      client: { id, secret },
      auth: {
        tokenHost: app.portalUrl,
        tokenPath: '/o/token/',
        authorizePath: '/o/authorize/',
        revokePath: '/o/revoke/',
      },
      options: { authorizationMethod },
    })
    const address = library.authorizeURL({
      redirect_uri: redirectUri,
      scope: 'patient/*.read',
      state: 'a state',
    })
    const back = await askPerson(app, address, 'ana@example.com')
    assert.equal(back.searchParams.get('state'), 'a state')
    const code = back.searchParams.get('code') ?? ''
    const token = await library.getToken({ code, redirect_uri: redirectUri })
    assert.equal(token.expired(), false)
    const status = async (accessToken: unknown) =>
      (await fetch(`${app.classicUrl}/Patient`, { headers: { authorization: `Bearer ${accessToken}` } }))
        .status
    assert.equal(await status(token.token.access_token), 200)
    const refreshed = await token.refresh()
    assert.equal(await status(refreshed.token.access_token), 200)
    await refreshed.revoke('refresh_token')
    assert.equal(await status(refreshed.token.access_token), 401)
    await assert.rejects(refreshed.refresh())
    await assert.rejects(library.getToken({ code, redirect_uri: redirectUri }))
  })

/** The public tutorial's calls as an HTTP client sends them, with nothing changed but host names and ids. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorize } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'

const redirectUri = 'http://mytestapp.com/redirect_uri'

/** Like python-requests: form-urlencoded, any answer accepted. */
async function post(url: string, data: Record<string, string>) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: '*/*',
      'user-agent': 'python-requests/2.31.0',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(data).toString(),
  })
  assert.equal(response.status, 200, await response.clone().text())
  return (await response.json()) as Record<string, string | number>
}

async function get(url: string, token: string) {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: '*/*', 'user-agent': 'python-requests/2.31.0', authorization: `Bearer ${token}` },
  })
  assert.equal(response.status, 200, await response.clone().text())
  return (await response.json()) as Record<string, unknown>
}

test('the tutorial works: authorize, exchange, refresh, read a patient, and page through immunizations', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Tutorial Clinic')
  await aPatient(app, clinic, 'ana', { immunizations: 70 })
  await aPatient(app, clinic, 'ben', { immunizations: 50 })
  const application = await anApplication(app, clinic, { redirectUris: [redirectUri] })

  // Step 1 and 2: the provider authorizes; no scope means all of the application's.
  const back = await authorize(app, application.id, clinic.provider.email, { redirect_uri: redirectUri })
  assert.ok(back.get('code'))
  assert.equal(back.has('state'), false)

  // Step 3
  const data = await post(`${app.portalUrl}/o/token/`, {
    code: back.get('code') ?? '',
    grant_type: 'authorization_code',
    redirect_uri: redirectUri,
    client_id: application.id,
    client_secret: application.secret,
  })
  assert.equal(data.expires_in, 172800)
  assert.equal(data.token_type, 'Bearer')

  // Refreshing an access token
  const refreshed = await post(`${app.portalUrl}/o/token/`, {
    refresh_token: String(data.refresh_token),
    grant_type: 'refresh_token',
    client_id: application.id,
    client_secret: application.secret,
  })
  assert.notEqual(refreshed.access_token, data.access_token)
  assert.notEqual(refreshed.refresh_token, data.refresh_token)
  assert.equal(refreshed.expires_in, 172800)
  const token = String(refreshed.access_token)

  // Getting user demographics
  const patient = await get(`${app.classicUrl}/Patient/ana`, token)
  assert.equal(patient.resourceType, 'Patient')
  assert.equal(patient.id, 'ana')

  // Getting patient immunization information
  const immunizations: Array<{ id: string; resourceType: string }> = []
  let url: string | null = `${app.classicUrl}/Immunization`
  let pages = 0
  while (url) {
    const page: Record<string, unknown> = await get(url, token)
    assert.equal(page.count, 120)
    immunizations.push(...(page.results as typeof immunizations))
    url = page.next as string | null
    pages += 1
  }
  assert.equal(pages, 3)
  assert.equal(new Set(immunizations.map((each) => each.id)).size, 120)
  assert.ok(immunizations.every((each) => each.resourceType === 'Immunization'))
})

test('Cancel leads back with error=access_denied and no code', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Tutorial Clinic')
  const application = await anApplication(app, clinic, { redirectUris: [redirectUri] })
  const back = await authorize(
    app,
    application.id,
    clinic.provider.email,
    { redirect_uri: redirectUri },
    { decision: 'Cancel' },
  )
  assert.equal(back.get('error'), 'access_denied')
  assert.equal(back.has('code'), false)
})

import assert from 'node:assert/strict'
import { type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import { getTokens } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'

async function statusOf(url: string): Promise<number> {
  return (await fetch(url, { redirect: 'manual' })).status
}

test('with two ports each origin serves only its own paths, and a token of the one reads at the other', async () => {
  await using app = await startApp({ FHIR_URL: 'http://localhost:0' })
  assert.notEqual(app.portalUrl, app.fhirUrl)
  const clinic = await aClinic(app, 'Two Doors')
  await aPatient(app, clinic, 'ana', { immunizations: 60 })
  const client = await anApplication(app, clinic)
  const tokens = await getTokens(app, client, clinic.provider.email)
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  const list = await fetch(`${app.fhirUrl}/onpatient_api/fhir/Immunization`, { headers })
  const { next } = (await list.json()) as { next: string }
  assert.ok(next.startsWith(`${app.fhirUrl}/onpatient_api/fhir/Immunization?`), next)
  assert.equal((await fetch(next, { headers })).status, 200)
  assert.equal(await statusOf(`${app.portalUrl}/onpatient_api/fhir/Immunization`), 404)
  assert.equal(await statusOf(`${app.fhirUrl}/signin`), 404)
  assert.equal(await statusOf(`${app.fhirUrl}/o/authorize/`), 404)
  assert.equal(await statusOf(`${app.portalUrl}/signin`), 200)
  assert.equal(await statusOf(`${app.fhirUrl}/healthz`), 200)
})

test('with two host names on one port the Host header decides, with and without www', async () => {
  await using app = await startApp({ PORTAL_URL: 'http://portal.example', FHIR_URL: 'https://api.example' })
  const port = app.port
  const look = (host: string, path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers: { host } }, (response) => resolve(response.resume()))
        .on('error', reject)
        .end()
    })
  const ask = async (host: string, path: string) => (await look(host, path)).statusCode
  assert.equal(await ask('api.example', '/onpatient_api/fhir/Patient'), 401)
  assert.equal(await ask('www.api.example', '/onpatient_api/fhir/Patient'), 401)
  assert.equal(await ask('portal.example', '/onpatient_api/fhir/Patient'), 404)
  assert.equal(await ask('portal.example', '/signin'), 200)
  assert.equal(await ask('api.example', '/signin'), 404)
  assert.equal(await ask('10.0.0.1', '/healthz'), 200)
  // Names of others are refused, but for probes; addresses of numbers are nobody else's.
  for (const host of ['evil.example', 'portal.example.evil.example', 'api.example@evil.example', 'x y'])
    assert.equal(await ask(host, '/signin'), 421, host)
  for (const host of [
    'portal.example:8443',
    'PORTAL.example',
    'www.portal.example',
    '10.0.0.1',
    '[::1]:80',
    'localhost',
  ])
    assert.equal(await ask(host, '/signin'), 200, host)
  for (const path of ['/healthz', '/readyz']) assert.equal(await ask('evil.example', path), 200)
  // The API's host asks for https as the portal's does, each where it is https itself.
  const hsts = async (host: string, path: string) =>
    (await look(host, path)).headers['strict-transport-security']
  assert.equal(await hsts('api.example', '/onpatient_api/fhir/Patient'), 'max-age=31536000')
  assert.equal(await hsts('api.example', '/nothing'), 'max-age=31536000')
  assert.equal(await hsts('portal.example', '/signin'), undefined)
})

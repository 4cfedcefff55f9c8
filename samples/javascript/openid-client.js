/**
 * onpatient with openid-client: authorize, token, refresh, list, search, revoke.
 *
 *     npm install openid-client
 *     CLIENT_ID=… CLIENT_SECRET=… node openid-client.js
 *
 * Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
 */
import { createServer } from 'node:http'
import * as oauth from 'openid-client'

const { CLIENT_ID = '', CLIENT_SECRET } = process.env
const portal = process.env.PORTAL_URL ?? 'http://localhost:8000'
const fhir = process.env.FHIR_URL ?? portal
const redirectUri = new URL(process.env.REDIRECT_URI ?? 'http://localhost:9999/callback')
// offline_access asks for a refresh token; openid says who signed in.
const scope = process.env.SCOPE ?? 'openid profile patient/*.read offline_access'

/** Listens at the redirect URI until the browser comes back: the address with its query. */
async function waitForRedirect() {
  const cameBack = Promise.withResolvers()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri)
    response.setHeader('connection', 'close').end('Done. You can close this window.')
    if (url.pathname === redirectUri.pathname) cameBack.resolve(url)
  })
  server.listen(Number(redirectUri.port), redirectUri.hostname)
  return cameBack.promise.finally(() => server.close())
}

// Every address of the server is in its metadata. The library wants https; the demo on this machine has none.
const isLocal = ['localhost', '127.0.0.1'].includes(new URL(portal).hostname)
const server = await oauth.discovery(new URL(portal), CLIENT_ID, CLIENT_SECRET, undefined, {
  execute: isLocal ? [oauth.allowInsecureRequests] : [],
})

// 1. Authorize: the person signs in and decides.
const pkceCodeVerifier = oauth.randomPKCECodeVerifier()
const expectedState = oauth.randomState()
const expectedNonce = oauth.randomNonce()
const address = oauth.buildAuthorizationUrl(server, {
  redirect_uri: redirectUri.href,
  scope,
  state: expectedState,
  nonce: expectedNonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
})
const redirect = waitForRedirect()
console.log('Open this address:', address.href)
const answer = await redirect
if (answer.searchParams.get('state') !== expectedState)
  throw new Error('The answer belongs to another browser.')
console.log('1. Authorized: the state is ours')

// 2. Token: the code, within a minute, for tokens. The library also checks the state, an error instead of a code, and the
// id_token: its signature, issuer, audience and nonce.
let tokens = await oauth.authorizationCodeGrant(server, answer, {
  pkceCodeVerifier,
  expectedState,
  ...(scope.split(' ').includes('openid') ? { expectedNonce } : {}),
})
console.log(`2. Token: for ${tokens.expires_in} seconds, scope ${tokens.scope}`)
const person = tokens.claims()
if (person) console.log('   Signed in:', person.sub, person.name ?? '')

// Sign-in alone reads no record.
if (tokens.scope?.includes('patient/')) await readRecords()

async function readRecords() {
  // 3. Refresh: each answer has a new refresh token. Keep it: the old one is used up.
  const before = tokens.access_token
  tokens = await oauth.refreshTokenGrant(server, tokens.refresh_token ?? '')
  if (tokens.access_token === before) throw new Error('The refresh brought the same token.')
  console.log('3. Refreshed')

  // 4. A list of the classic API, page by page.
  let count = 0
  let pages = 0
  let url = `${fhir}/onpatient_api/fhir/Immunization?page-size=20`
  while (url) {
    const page = await readJson(url)
    count += page.results.length
    pages += 1
    url = page.next // null on the last page
  }
  console.log(`4. Classic API: ${count} immunizations on ${pages} pages`)

  // 5. A search of the R4 API.
  const bundle = await readJson(`${fhir}/fhir/r4/Observation?_sort=-date&_count=5`)
  console.log(`5. R4 API: ${bundle.entry?.length ?? 0} of ${bundle.total} observations, the latest first`)

  // 6. Revoke: ends the whole access, the refresh token too.
  await oauth.tokenRevocation(server, tokens.refresh_token ?? '', { token_type_hint: 'refresh_token' })
  console.log('6. Revoked: the API answers', (await read(`${fhir}/fhir/r4/Observation`)).status)
}

/** @param {string} url */
function read(url) {
  return fetch(url, { headers: { authorization: `Bearer ${tokens.access_token}` } })
}

/** @param {string} url */
async function readJson(url) {
  const response = await read(url)
  if (!response.ok) throw new Error(`${response.status} from ${url}: ${await response.text()}`)
  return response.json()
}

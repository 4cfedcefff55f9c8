/**
 * onpatient with @medplum/core: authorize, token, refresh, list, search, revoke.
 *
 *     npm install @medplum/core           (and @medplum/fhirtypes for the types of FHIR)
 *     CLIENT_ID=… CLIENT_SECRET=… node medplum.ts         (Node 24 runs TypeScript as it is)
 *
 * Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { ClientStorage, MedplumClient, MemoryStorage } from '@medplum/core'

const { CLIENT_ID = '', CLIENT_SECRET = '' } = process.env
const portal = process.env.PORTAL_URL ?? 'http://localhost:8000'
const fhir = process.env.FHIR_URL ?? portal
const redirectUri = new URL(process.env.REDIRECT_URI ?? 'http://localhost:9999/callback')
// offline_access asks for a refresh token.
const scope = process.env.SCOPE ?? 'patient/*.read offline_access'
const authorizeUrl = `${portal}/o/authorize/`
const revokeUrl = `${portal}/o/revoke/`

const storage = new ClientStorage(new MemoryStorage())
const medplum = new MedplumClient({
  baseUrl: `${fhir}/`,
  fhirUrlPath: 'fhir/r4/',
  authorizeUrl,
  tokenUrl: `${portal}/o/token/`,
  clientId: CLIENT_ID,
  // Medplum's own header, which other servers do not allow in calls from web pages.
  extendedMode: false,
  storage,
})
// The secret goes along by HTTP Basic. Leave this out for an application without one.
if (CLIENT_SECRET) medplum.setBasicAuth(CLIENT_ID, CLIENT_SECRET)

/** Listens at the redirect URI until the browser comes back: the query. */
async function waitForRedirect(): Promise<URLSearchParams> {
  const cameBack = Promise.withResolvers<URLSearchParams>()
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', redirectUri)
    response.setHeader('connection', 'close').end('Done. You can close this window.')
    if (pathname === redirectUri.pathname) cameBack.resolve(searchParams)
  })
  server.listen(Number(redirectUri.port), redirectUri.hostname)
  return cameBack.promise.finally(() => server.close())
}

// 1. Authorize: the person signs in and decides. In a web page medplum.startPkce() makes verifier and challenge; it needs a
// window, so in Node we do it, and put the verifier where the library looks for it in step 2.
const state = randomUUID()
const verifier = randomBytes(32).toString('base64url')
storage.setString('codeVerifier', verifier)
const address = new URL(authorizeUrl)
address.search = new URLSearchParams({
  response_type: 'code',
  client_id: CLIENT_ID,
  redirect_uri: redirectUri.href,
  scope,
  state,
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
}).toString()
const answer = waitForRedirect()
console.log('Open this address:', address.href)
const query = await answer
if (query.get('state') !== state) throw new Error('The answer belongs to another browser.')
if (query.has('error')) throw new Error(`No access was given: ${query.get('error')}`)
console.log('1. Authorized: the state is ours')

// 2. Token: the code, within a minute, for tokens, which the library keeps.
await medplum.processCode(query.get('code') ?? '', { redirectUri: redirectUri.href })
const first = medplum.getActiveLogin()
if (!first?.refreshToken) throw new Error('There is no refresh token: was offline_access refused?')
console.log('2. Token: with a refresh token')

// 3. Refresh. The library does it by itself when the API answers 401, as it does for a token that has ended. So give it one.
medplum.setAccessToken('a-token-that-has-ended', first.refreshToken)
await medplum.search('Patient')
if (medplum.getAccessToken() === first.accessToken) throw new Error('The refresh brought the same token.')
console.log('3. Refreshed')

// 4. A list of the classic API, page by page.
interface Page {
  results: unknown[]
  next: string | null
}
let count = 0
let pages = 0
let url: string | null = `${fhir}/onpatient_api/fhir/Immunization?page-size=20`
while (url) {
  const page: Page = await medplum.get<Page>(url)
  count += page.results.length
  pages += 1
  url = page.next // null on the last page
}
console.log(`4. Classic API: ${count} immunizations on ${pages} pages`)

// 5. A search of the R4 API. searchResourcePages() would bring one page after the other.
const bundle = await medplum.search('Observation', { _sort: '-date', _count: 5 })
console.log(`5. R4 API: ${bundle.entry?.length ?? 0} of ${bundle.total} observations, the latest first`)

// 6. Revoke: ends the whole access, the refresh token too. The library has no call for it.
const { accessToken = '', refreshToken = '' } = medplum.getActiveLogin() ?? {}
await fetch(revokeUrl, {
  method: 'POST',
  body: new URLSearchParams({ token: refreshToken, client_id: CLIENT_ID, client_secret: CLIENT_SECRET }),
})
const { status } = await fetch(`${fhir}/fhir/r4/Observation`, {
  headers: { authorization: `Bearer ${accessToken}` },
})
console.log('6. Revoked: the API answers', status)

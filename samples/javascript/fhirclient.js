/**
 * onpatient with fhirclient, the SMART library for JavaScript, in Node: authorize, token, refresh, list, search, revoke.
 * In a web page the calls are the same, with FHIR.oauth2 in place of smart(request, response, storage).
 *
 *     npm install fhirclient
 *     CLIENT_ID=… CLIENT_SECRET=… node fhirclient.js
 *
 * Register REDIRECT_URI with your application. Addresses other than the demo's: PORTAL_URL, FHIR_URL.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import smart from 'fhirclient'

const { CLIENT_ID = '', CLIENT_SECRET = '' } = process.env
const portal = process.env.PORTAL_URL ?? 'http://localhost:8000'
const fhir = process.env.FHIR_URL ?? portal
const redirectUri = new URL(process.env.REDIRECT_URI ?? 'http://localhost:9999/callback')
// launch/patient: the person chooses one patient. The library refreshes only with offline_access in the scope.
const scope = process.env.SCOPE ?? 'openid fhirUser launch/patient patient/*.read offline_access'

// The library keeps the state and the tokens here. A server has one such store for each browser session.
const kept = new Map()
const storage = {
  get: async (/** @type {string} */ key) => kept.get(key),
  set: async (/** @type {string} */ key, /** @type {unknown} */ value) => kept.set(key, value).get(key),
  unset: async (/** @type {string} */ key) => kept.delete(key),
}

const connected = Promise.withResolvers()
const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', redirectUri)
  response.setHeader('connection', 'close')
  const { authorize, ready } = smart(request, response, storage)
  try {
    if (pathname === '/launch')
      // 1. Authorize: finds the server's addresses from the one of the API, and sends the browser there, with PKCE and a state.
      await authorize({
        iss: `${fhir}/fhir/r4`,
        clientId: CLIENT_ID,
        clientSecret: CLIENT_SECRET,
        scope,
        redirectUri: redirectUri.href,
      })
    else if (pathname === redirectUri.pathname) {
      // The library looks its state up; an unknown one is an error.
      if (!kept.has(searchParams.get('state') ?? ''))
        throw new Error('The answer belongs to another browser.')
      console.log('1. Authorized: the state is ours')
      connected.resolve(await ready())
      response.end('Done. You can close this window.')
    } else response.writeHead(404).end()
  } catch (error) {
    connected.reject(error)
    response.end('It did not work. The window where the program runs says why.')
  }
})
server.listen(Number(redirectUri.port), redirectUri.hostname)
await once(server, 'listening')
console.log('Open this address:', new URL('/launch', redirectUri).href)
const client = await connected.promise.finally(() => server.close())

// 2. Token: ready() has exchanged the code.
const { tokenResponse } = client.state
console.log(`2. Token: for ${tokenResponse.expires_in} seconds, scope ${tokenResponse.scope}`)
// The library reads the id_token and does not check it; it came from the server itself.
const person = client.getIdToken()
if (person) console.log('   Signed in:', person.sub, client.user.fhirUser ?? '')

// Sign-in alone reads no record.
if (tokenResponse.scope.includes('patient/')) await readRecords()

async function readRecords() {
  // 3. Refresh. The library does it by itself before a token ends, and keeps the new refresh token.
  const before = client.state.tokenResponse.access_token
  await client.refresh()
  if (client.state.tokenResponse.access_token === before)
    throw new Error('The refresh brought the same token.')
  console.log('3. Refreshed')

  // 4. A list of the classic API, page by page.
  let count = 0
  let pages = 0
  let url = `${fhir}/onpatient_api/fhir/Immunization?page-size=20`
  while (url) {
    const page = await client.request(url)
    count += page.results.length
    pages += 1
    url = page.next // null on the last page
  }
  console.log(`4. Classic API: ${count} immunizations on ${pages} pages`)

  // 5. A search of the R4 API about the patient of the token. { pageLimit: 0, flat: true } would bring all pages.
  const bundle = await client.request(`Observation?patient=${client.patient.id}&_sort=-date&_count=5`)
  console.log(`5. R4 API: ${bundle.entry?.length ?? 0} of ${bundle.total} observations, the latest first`)

  // 6. Revoke: ends the whole access, the refresh token too. The library has no call for it.
  const { access_token, refresh_token } = client.state.tokenResponse
  await fetch(`${portal}/o/revoke/`, {
    method: 'POST',
    body: new URLSearchParams({ token: refresh_token, client_id: CLIENT_ID, client_secret: CLIENT_SECRET }),
  })
  const { status } = await fetch(`${fhir}/fhir/r4/Observation`, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  console.log('6. Revoked: the API answers', status)
}

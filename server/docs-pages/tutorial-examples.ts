import type { Addresses } from './addresses.ts'
import type { Example } from './code-example.ts'

const redirectUri = 'https://app.example/callback'

/** Step 1: the link behind the button. */
export function linkExample({ authorize }: Addresses): Example {
  return {
    curl: `
# Nothing to call: this address goes into a link, and the person's browser opens it.
${authorize}?response_type=code&client_id=CLIENT_ID&redirect_uri=${encodeURIComponent(redirectUri)}&scope=patient%2F*.read+offline_access&state=RANDOM_STATE`,
    python: `
import secrets
from urllib.parse import urlencode

state = secrets.token_urlsafe(16)  # keep it in the person's session
link = '${authorize}?' + urlencode({
    'response_type': 'code',
    'client_id': 'CLIENT_ID',
    'redirect_uri': '${redirectUri}',
    'scope': 'patient/*.read offline_access',
    'state': state,
})`,
    typescript: `
const state = crypto.randomUUID() // keep it in the person's session
const link = new URL('${authorize}')
link.search = new URLSearchParams({
  response_type: 'code',
  client_id: 'CLIENT_ID',
  redirect_uri: '${redirectUri}',
  scope: 'patient/*.read offline_access',
  state,
}).toString()`,
  }
}

/** Step 3: the code for tokens. */
export function exchangeExample({ token }: Addresses): Example {
  return {
    curl: `
curl ${token} \\
  -d grant_type=authorization_code \\
  -d code=THE_CODE \\
  -d redirect_uri=${redirectUri} \\
  -d client_id=CLIENT_ID \\
  -d client_secret=CLIENT_SECRET`,
    python: `
from datetime import datetime, timedelta, timezone
import requests

# query holds the parameters with which the browser came back to your redirect URI
if query.get('state') != expected_state:
    raise ValueError('This answer belongs to another browser')
if 'error' in query:
    raise ValueError('No access was given: ' + query['error'])

answer = requests.post('${token}', data={
    'grant_type': 'authorization_code',
    'code': query['code'],
    'redirect_uri': '${redirectUri}',
    'client_id': 'CLIENT_ID',
    'client_secret': 'CLIENT_SECRET',
}, timeout=10)
answer.raise_for_status()
tokens = answer.json()

# Keep these three with the person they belong to
access_token = tokens['access_token']
refresh_token = tokens['refresh_token']
expires_at = datetime.now(timezone.utc) + timedelta(seconds=tokens['expires_in'])`,
    typescript: `
// query: URLSearchParams of the request with which the browser came back
if (query.get('state') !== expectedState) throw new Error('This answer belongs to another browser')
if (query.has('error')) throw new Error('No access was given: ' + query.get('error'))

const answer = await fetch('${token}', {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'authorization_code',
    code: query.get('code') ?? '',
    redirect_uri: '${redirectUri}',
    client_id: 'CLIENT_ID',
    client_secret: 'CLIENT_SECRET',
  }),
})
if (!answer.ok) throw new Error(await answer.text())
const tokens: { access_token: string; refresh_token: string; expires_in: number } = await answer.json()

// Keep these three with the person they belong to
const { access_token: accessToken, refresh_token: refreshToken } = tokens
const expiresAt = new Date(Date.now() + tokens.expires_in * 1000)`,
  }
}

export function refreshExample({ token }: Addresses): Example {
  return {
    curl: `
curl ${token} \\
  -d grant_type=refresh_token \\
  -d refresh_token=REFRESH_TOKEN \\
  -d client_id=CLIENT_ID \\
  -d client_secret=CLIENT_SECRET`,
    python: `
answer = requests.post('${token}', data={
    'grant_type': 'refresh_token',
    'refresh_token': refresh_token,
    'client_id': 'CLIENT_ID',
    'client_secret': 'CLIENT_SECRET',
}, timeout=10)
answer.raise_for_status()
tokens = answer.json()
refresh_token = tokens['refresh_token']  # the old one is used up`,
    typescript: `
const answer = await fetch('${token}', {
  method: 'POST',
  body: new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: 'CLIENT_ID',
    client_secret: 'CLIENT_SECRET',
  }),
})
if (!answer.ok) throw new Error(await answer.text())
const tokens: { access_token: string; refresh_token: string; expires_in: number } = await answer.json()
// Keep the new ones: the old refresh token is used up`,
  }
}

export function patientExample({ classic }: Addresses): Example {
  return {
    curl: `
curl ${classic}/Patient/PATIENT_ID \\
  -H 'Authorization: Bearer ACCESS_TOKEN'`,
    python: `
import requests

headers = {'Authorization': 'Bearer ACCESS_TOKEN'}
answer = requests.get('${classic}/Patient/PATIENT_ID', headers=headers, timeout=10)
answer.raise_for_status()
patient = answer.json()
print(patient['name'][0]['family'], patient['birthDate'])`,
    typescript: `
const headers = { Authorization: 'Bearer ACCESS_TOKEN' }
const answer = await fetch('${classic}/Patient/PATIENT_ID', { headers })
if (!answer.ok) throw new Error(await answer.text())
const patient: { name: { family: string }[]; birthDate: string } = await answer.json()
console.log(patient.name[0]?.family, patient.birthDate)`,
  }
}

export function immunizationsExample({ classic }: Addresses): Example {
  return {
    curl: `
# jq reads the address of the next page out of each answer
next='${classic}/Immunization'
while [ "$next" != null ]; do
  page=$(curl -sS "$next" -H 'Authorization: Bearer ACCESS_TOKEN')
  echo "$page" | jq '.results[]'
  next=$(echo "$page" | jq -r '.next')
done`,
    python: `
import requests

headers = {'Authorization': 'Bearer ACCESS_TOKEN'}
immunizations = []
url = '${classic}/Immunization'
while url:
    answer = requests.get(url, headers=headers, timeout=10)
    answer.raise_for_status()
    page = answer.json()
    immunizations.extend(page['results'])
    url = page['next']  # None on the last page`,
    typescript: `
const headers = { Authorization: 'Bearer ACCESS_TOKEN' }
const immunizations: unknown[] = []
let url: string | null = '${classic}/Immunization'
while (url) {
  const answer: Response = await fetch(url, { headers })
  if (!answer.ok) throw new Error(await answer.text())
  const page: { results: unknown[]; next: string | null } = await answer.json()
  immunizations.push(...page.results)
  url = page.next // null on the last page
}`,
  }
}

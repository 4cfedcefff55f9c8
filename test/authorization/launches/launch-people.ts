import type { Encounter } from 'fhir/r4'
import { answerConsent, postToken, signIn, type TokenAnswer } from '../../support/authorize.ts'
import { type Answer, type Browser, boxesOf, fieldOf, openBrowser } from '../../support/browser.ts'
import {
  aClinic,
  anAccount,
  anApplication,
  aPatient,
  aReader,
  type Clinic,
  redirectUri,
} from '../../support/people.ts'
import { startApp, type TestApp } from '../../support/start-app.ts'

export interface LaunchPeople extends AsyncDisposable {
  app: TestApp
  west: Clinic
  east: Clinic
  client: { id: string; secret: string }
}

export const launchUri = 'https://app.example.com/launch?from=onpatient'
export const doctor = 'dr-west-clinic@example.com'

/** Two practices, a family, a colleague and an application with a launch URL. */
export async function startLaunchPeople(): Promise<LaunchPeople> {
  const app = await startApp()
  const west = await aClinic(app, 'West Clinic')
  const east = await aClinic(app, 'East Clinic')
  for (const id of ['ana', 'kim', 'leo']) await aPatient(app, west, id)
  await aPatient(app, east, 'zoe')
  await aReader(app, west, 'parent@example.com', ['ana', 'kim'], 'parent')
  const colleague = await anAccount(app, 'colleague@example.com', 'Dr. Colleague')
  await app.modules.practices.associate({
    accountId: colleague.id,
    practiceId: west.practice.id,
    role: 'provider',
  })
  const write = (practice: Clinic, encounter: Encounter) =>
    app.modules.records.write([{ practiceId: practice.practice.id, resource: encounter }])
  await write(west, anEncounter('ana-visit', 'ana', '2026-05-03'))
  await write(west, anEncounter('kim-visit', 'kim', '2026-05-04'))
  const client = await anApplication(app, west, { launchUri, scopes: ['patient/*.rs', 'user/*.rs'] })
  return { app, west, east, client, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() }
}

export function anEncounter(id: string, patientId: string, day: string): Encounter {
  return {
    resourceType: 'Encounter',
    id,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    type: [{ text: 'Check-up' }],
    subject: { reference: `Patient/${patientId}` },
    period: { start: `${day}T09:00:00Z`, end: `${day}T09:30:00Z` },
  }
}

/** Goes to the authorization page and signs in; stops at the page that asks, or wherever it ends. */
export async function ask(
  { app, client }: LaunchPeople,
  params: Record<string, string>,
  email = doctor,
  browser: Browser = openBrowser(),
): Promise<{ browser: Browser; page: Answer }> {
  const request = {
    response_type: 'code',
    client_id: client.id,
    redirect_uri: redirectUri,
    aud: `${app.fhirUrl}/fhir/r4`,
    ...params,
  }
  const start = await browser.get(`${app.portalUrl}/o/authorize/?${new URLSearchParams(request)}`)
  let page = await browser.follow(start, app.portalUrl)
  if (page.url.includes('/signin'))
    page = await browser.follow(await signIn(browser, page, email), app.portalUrl)
  return { browser, page }
}

/** Sends the picker's form. */
export function pick(browser: Browser, page: Answer, fields: Record<string, string>): Promise<Answer> {
  const action = page.url.endsWith('/patient') ? page.url : `${page.url}/patient`
  return browser.post(action, { _csrf: fieldOf(page, '_csrf'), person: fieldOf(page, 'person'), ...fields })
}

/** Presses Authorize on a consent page about one patient. */
export async function allow(
  people: LaunchPeople,
  browser: Browser,
  page: Answer,
  fields: Record<string, string> = {},
): Promise<URLSearchParams> {
  const hidden = ['person', 'patient'].filter((name) => page.body.includes(`type="hidden" name="${name}"`))
  const sent = await browser.post(page.url.replace(/\/patient$/, ''), {
    _csrf: fieldOf(page, '_csrf'),
    decision: 'Authorize',
    kind: boxesOf(page, 'kind'),
    duration: 'until-ended',
    ...Object.fromEntries(hidden.map((name) => [name, fieldOf(page, name)])),
    ...fields,
  })
  return queryOf(await browser.follow(sent, people.app.portalUrl))
}

export async function cancel(people: LaunchPeople, browser: Browser, page: Answer): Promise<URLSearchParams> {
  return queryOf(await answerConsent(people.app, browser, page, { decision: 'Cancel' }))
}

/** The query with which the browser comes back to the application. */
export function queryOf(answer: Answer): URLSearchParams {
  if (!answer.location)
    throw new Error(`no redirect back but ${answer.status} at ${answer.url}:\n${answer.body}`)
  return new URL(answer.location).searchParams
}

export async function exchange(
  { app, client }: LaunchPeople,
  back: URLSearchParams,
): Promise<TokenAnswer['body']> {
  const { status, body } = await postToken(app, {
    code: back.get('code') ?? '',
    grant_type: 'authorization_code',
    redirect_uri: redirectUri,
    client_id: client.id,
    client_secret: client.secret,
  })
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)} after ${back}`)
  return body
}

export async function refresh(
  { app, client }: LaunchPeople,
  token: string,
  more: Record<string, string> = {},
): Promise<TokenAnswer['body']> {
  const { body } = await postToken(app, {
    grant_type: 'refresh_token',
    refresh_token: token,
    client_id: client.id,
    client_secret: client.secret,
    ...more,
  })
  return body
}

export async function introspect(
  { app, client }: LaunchPeople,
  token: string,
): Promise<Record<string, unknown>> {
  const response = await fetch(`${app.portalUrl}/o/introspect/`, {
    method: 'POST',
    body: new URLSearchParams({ token, client_id: client.id, client_secret: client.secret }),
  })
  return (await response.json()) as Record<string, unknown>
}

/** Ids of a type that a token finds by the r4 API. */
export async function idsOf(app: TestApp, token: string, query: string): Promise<string[]> {
  const response = await fetch(`${app.fhirUrl}/fhir/r4/${query}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const body = (await response.json()) as { entry?: Array<{ resource: { id: string } }> }
  if (response.status !== 200) return [`status ${response.status}`]
  return (body.entry ?? []).map(({ resource }) => resource.id).sort()
}

export async function statusOf(app: TestApp, token: string, path: string): Promise<number> {
  const response = await fetch(`${app.fhirUrl}/fhir/r4/${path}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return response.status
}

export async function leavePanel({ app, west }: LaunchPeople, patientId: string): Promise<void> {
  await app.store.db
    .deleteFrom('practice_patient')
    .where('practice_id', '=', west.practice.id)
    .where('patient_id', '=', patientId)
    .execute()
  // What was read of a token is used again for a second at most.
  app.clock.forward(2)
}

export async function joinPanel({ app, west }: LaunchPeople, patientId: string): Promise<void> {
  await app.modules.practices.addPatients(west.practice.id, [patientId])
  app.clock.forward(2)
}

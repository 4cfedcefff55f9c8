import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { newSecret, systemRandom } from '#server/secrets.ts'
import {
  aKey,
  anApprovedService,
  assertionType,
  signAssertion,
} from '../authorization/clients/client-keys.ts'
import { openWorld, person } from '../authorization/conformance/open-world.ts'
import { authorize, signIn } from '../support/authorize.ts'
import { openBrowser } from '../support/browser.ts'
import { aClinic, aPatient } from '../support/people.ts'
import { startApp } from '../support/start-app.ts'
import { type Answer, asAnswer } from './attacks.ts'

/** Two practices on one server: ana and ben are patients of South, and ana attacks; zoe is one of North. */
export async function openAttackWorld(start = startApp) {
  const world = await openWorld({}, start)
  const { app, clinic } = world
  const north = await aClinic(app, 'North Clinic')
  await aPatient(app, north, 'zoe')
  const about = { reference: 'Patient/zoe' }
  const zoes = [
    {
      resourceType: 'CareTeam',
      id: 'zoe-team',
      subject: about,
      participant: [{ member: { reference: 'Patient/ana' } }],
    },
    {
      resourceType: 'DocumentReference',
      id: 'zoe-doc',
      status: 'current',
      subject: about,
      content: [{ attachment: { url: 'Binary/zoe-file' } }],
    },
    { resourceType: 'Coverage', id: 'zoe-cov', status: 'active', beneficiary: about, payor: [about] },
    {
      resourceType: 'Provenance',
      id: 'zoe-prov',
      target: [{ reference: 'Observation/zoe-obs-0000' }],
      recorded: '2024-01-01T00:00:00Z',
      agent: [{ who: { display: 'x' } }],
    },
    { resourceType: 'Binary', id: 'zoe-file', contentType: 'text/plain', data: 'em9l' },
    { resourceType: 'Group', id: 'zoe-group', type: 'person', actual: true, member: [{ entity: about }] },
    { resourceType: 'Observation', id: 'zoe-gone', status: 'final', code: { text: 'Gone' }, subject: about },
  ]
  await app.modules.records.write(
    zoes.map((resource) => ({ practiceId: north.practice.id, resource: resource as never })),
  )
  await app.modules.records.transact(north.practice.id, (transaction) =>
    transaction.remove('Observation', 'zoe-gone'),
  )

  async function tokenFor(email: string, scopes: string[]): Promise<string> {
    const account = await app.modules.accounts.findByEmail(email)
    if (!account) throw new Error(`nobody is ${email}`)
    const associations = await app.modules.practices.listAssociations(account.id)
    const expiresAt = new Date(app.clock.now().getTime() + 3_600_000)
    const { id: grantId } = await app.modules.grants.create({
      accountId: account.id,
      applicationId: world.client.id,
      scopes,
      associationIds: associations.map(({ id }) => id),
      expiresAt,
    })
    const token = newSecret('ops', systemRandom)
    await app.modules.grants.storeAccessToken({ token, grantId, scopes, expiresAt })
    return token
  }

  /** The answer with its headers as lines, so that a rule can look at both. */
  async function ask(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(app.portalUrl + path, { redirect: 'manual', ...init })
    const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`)
    return {
      status: response.status,
      text: `${lines.join('\n')}\n\n${await response.text()}`,
      headers: response.headers,
    }
  }
  const key = await aKey('ES384')
  const service = await anApprovedService(app, clinic, key, ['system/*.rs'])
  const assertion = await signAssertion(app, service.id, key)
  return {
    ...world,
    tokenFor,
    ana: await tokenFor(person, ['patient/*.cruds']),
    south: await tokenFor('dr-south-clinic@example.com', ['user/*.cruds']),
    north: await tokenFor('dr-north-clinic@example.com', ['user/*.cruds']),
    /** With another Host header, which fetch does not let anybody set. */
    async askAs(host: string, path: string): Promise<Answer> {
      const sent = request(app.portalUrl + path, { headers: { host }, agent: false }).end()
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      const headers = new Headers(
        Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]),
      )
      const lines = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n')
      return { status: response.statusCode ?? 0, text: `${lines}\n\n${await text(response)}`, headers }
    },
    fetch: (path: string, headers: Record<string, string> = {}) => ask(path, { headers }),
    read: (path: string, token: string) =>
      ask(`/fhir/r4/${path}`, { headers: { authorization: `Bearer ${token}` } }),
    send: (method: string, path: string, token: string, body?: string, type = 'application/fhir+json') =>
      ask(`/fhir/r4/${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': type }),
        },
        ...(body === undefined ? {} : { body }),
      }),
    sendBundle: (token: string, urls: string[]) =>
      ask('/fhir/r4', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json' },
        body: JSON.stringify({
          resourceType: 'Bundle',
          type: 'batch',
          entry: urls.map((url) => ({ request: { method: 'GET', url } })),
        }),
      }),
    post: (path: string, form: Record<string, string>) =>
      ask(path, { method: 'POST', body: new URLSearchParams(form) }),
    async signIn(next: string, cookie?: string): Promise<Answer> {
      const browser = openBrowser()
      if (cookie !== undefined) await browser.jar.setCookie(cookie, app.portalUrl)
      const page = await browser.get(`${app.portalUrl}/signin?next=${encodeURIComponent(next)}`)
      const { status, headers, location = '' } = await signIn(browser, page, person)
      return { status, text: `${location}\n${headers.getSetCookie().join('\n')}`, headers }
    },
    redeem: async (code: string, who: typeof world.client) => asAnswer(await world.redeem(code, who)),
    refresh: async (token: string, who: typeof world.client) => asAnswer(await world.refresh(token, who)),
    backFor: ({ id }: { id: string }) => authorize(app, id, person),
    assertOnce: () =>
      ask('/o/token/', {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          scope: 'system/*.rs',
          client_assertion_type: assertionType,
          client_assertion: assertion,
        }),
      }),
  }
}

export type AttackWorld = Awaited<ReturnType<typeof openAttackWorld>>

import { type FastifyInstance, fastify } from 'fastify'
import type { Resource } from 'fhir/r4'
import { type Access, createAccess, createAccessTokens, createWriteAccess } from '#server/access/access.ts'
import { classicApi } from '#server/apis/classic/classic.ts'
import { r4Api } from '#server/apis/r4/r4.ts'
import { createGrants, type Grants } from '#server/grants/grants.ts'
import { ownBases } from '#server/http/own-bases.ts'
import { createRequestIds, tellRequestId } from '#server/http/request-id.ts'
import { readLimits } from '#server/limits.ts'
import type { Association, Role } from '#server/practices/practices.ts'
import { createRateLimits } from '#server/rate-limits/rate-limits.ts'
import { createRecords, type Records } from '#server/records/records.ts'
import { newId, newSecret, systemRandom } from '#server/secrets.ts'
import type { Store } from '#server/store/store.ts'
import { createUsedOnce } from '#server/store/used-once.ts'
import { openTestStore } from '../support/test-store.ts'

/** A page of the classic API. */
export interface ClassicPage {
  count: number
  next: string | null
  previous: string | null
  results: Array<Record<string, unknown> & { id: string; resourceType: string }>
}

export interface Reach {
  role: Role
  practiceId: string
  patientId?: string
}

export interface SeededApi extends AsyncDisposable {
  store: Store
  records: Records
  grants: Grants
  access: Access
  app: FastifyInstance
  /** What the clock says; tests move it. */
  time: { now: number }
  addPractice(practiceId: string): Promise<void>
  write(practiceId: string, ...resources: object[]): Promise<void>
  /** An account with the given associations, and a token whose grant covers them. */
  issueToken(
    reaches: Reach[],
    options?: { scopes?: string[]; lifetimeSeconds?: number },
  ): Promise<IssuedToken>
  endAssociations(accountId: string): Promise<void>
  get(path: string, token?: string, headers?: Record<string, string>): Promise<Answer>
  /** A request with a body, as FHIR JSON when it is an object. */
  send(request: Sent): Promise<Answer>
  /** All records of a list, page by page, by `next` alone. */
  walk(path: string, token: string): Promise<ClassicPage[]>
}

export interface IssuedToken {
  token: string
  grantId: string
  accountId: string
}

export interface Sent {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  token?: string
  body?: object | string | Buffer
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | number | undefined>
  text: string
  json: ClassicPage & Record<string, unknown>
}

export const origin = 'https://api.example.org'

/** The classic API over a real store in memory, with rows for accounts and associations written directly. */
export async function openSeededApi(): Promise<SeededApi> {
  const store = await openTestStore()
  const time = { now: Date.UTC(2025, 5, 1) }
  const clock = { now: () => new Date(time.now), ticks: () => 0 }
  const rateLimits = createRateLimits({ limits: readLimits({}), clock })
  const random = systemRandom
  const none = async (): Promise<Association[]> => []
  const noAssociations = {
    listAssociations: none,
    listReachable: none,
    findRelatedPerson: async () => undefined,
  }
  const grants = createGrants({ db: store.db, clock, random, practices: noAssociations })
  const portalUrl = 'https://portal.example.org'
  const bases = ownBases({ fhirUrl: origin, portalUrl })
  const records = createRecords({ db: store.db, clock, random, bases })
  const tokens = createAccessTokens({
    grants,
    clock,
    usedOnce: createUsedOnce({ db: store.db, clock }),
    rateLimits,
  })
  const access = createAccess({ tokens, records, practices: noAssociations })
  const app = fastify({ genReqId: createRequestIds(random), routerOptions: { maxParamLength: 500 } })
  app.addHook('onRequest', tellRequestId)
  await app.register(
    classicApi({ rateLimits, access, fhirUrl: origin, portalUrl, cursorKey: 'a key for tests' }),
  )
  await app.register(
    r4Api({
      rateLimits,
      access,
      writeAccess: createWriteAccess({ tokens, records }),
      fhirUrl: origin,
      portalUrl,
      cursorKey: 'a key for tests',
    }),
  )
  await app.ready()
  const { db } = store

  async function addAccount(): Promise<string> {
    const id = newId('acc', random)
    await db
      .insertInto('account')
      .values({
        id,
        email: `${id}@example.org`,
        display_name: 'A Person',
        password_hash: '',
        created_at: 0,
        password_changed_at: 0,
      })
      .execute()
    return id
  }

  async function addApplication(ownerId: string): Promise<string> {
    const id = newId('app', random)
    await db
      .insertInto('application')
      .values({
        id,
        owner_account_id: ownerId,
        name: 'An App',
        kind: 'confidential',
        scopes: 'patient/*.read',
        redirect_uris: '[]',
        logo_uri: null,
        policy_uri: null,
        tos_uri: null,
        launch_uri: null,
        legacy_url_parameters: 0,
        created_at: 0,
        updated_at: 0,
        deleted_at: null,
      })
      .execute()
    return id
  }

  async function associate(accountId: string, reach: Reach): Promise<string> {
    const id = newId('asn', random)
    await db
      .insertInto('association')
      .values({
        id,
        account_id: accountId,
        practice_id: reach.practiceId,
        role: reach.role,
        patient_id: reach.patientId ?? null,
        practitioner_id: null,
        relationship: 'self',
        created_at: 0,
        ended_at: null,
      })
      .execute()
    return id
  }

  const api: SeededApi = {
    store,
    records,
    grants,
    access,
    app,
    time,
    async addPractice(practiceId) {
      const row = { id: practiceId, name: practiceId, kind: 'practice' as const }
      await db
        .insertInto('practice')
        .values({ ...row, organization_id: 'none', created_at: 0 })
        .execute()
    },
    async write(practiceId, ...resources) {
      const batch = resources.map((resource) => ({ practiceId, resource: resource as Resource }))
      const { rejected } = await records.write(batch)
      if (rejected.length > 0) throw new Error(JSON.stringify(rejected))
    },
    async issueToken(reaches, { scopes = ['patient/*.read'], lifetimeSeconds = 172_800 } = {}) {
      const accountId = await addAccount()
      const associationIds: string[] = []
      for (const reach of reaches) associationIds.push(await associate(accountId, reach))
      const applicationId = await addApplication(accountId)
      const { id: grantId } = await grants.create({
        accountId,
        applicationId,
        scopes,
        associationIds,
        expiresAt: undefined,
      })
      const token = newSecret('ops', random)
      const expiresAt = new Date(time.now + lifetimeSeconds * 1000)
      await grants.storeAccessToken({ token, grantId, scopes, expiresAt })
      return { token, grantId, accountId }
    },
    async endAssociations(accountId) {
      await db
        .updateTable('association')
        .set({ ended_at: time.now })
        .where('account_id', '=', accountId)
        .execute()
      // As if another process had done it: noticed within a second.
      time.now += 1000
    },
    async get(path, token, headers = {}) {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const url = path.startsWith('http') || path.startsWith('/') ? path : `/onpatient_api/fhir/${path}`
      const answer = await app.inject({
        method: 'GET',
        url: url.replace(origin, ''),
        headers: { host: 'api.example.org', ...authorization, ...headers },
      })
      const text = answer.payload
      const json = /json/.test(String(answer.headers['content-type'])) && text !== '' ? JSON.parse(text) : {}
      return { status: answer.statusCode, headers: answer.headers, text, json }
    },
    async send({ method, path, token, body, headers = {} }) {
      const isText = typeof body === 'string' || Buffer.isBuffer(body)
      const answer = await app.inject({
        method,
        url: path.replace(origin, ''),
        headers: {
          host: 'api.example.org',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: isText ? body : JSON.stringify(body) }),
      })
      const text = answer.payload
      const json = text === '' ? {} : JSON.parse(text)
      return { status: answer.statusCode, headers: answer.headers, text, json }
    },
    async walk(path, token) {
      const pages: ClassicPage[] = []
      for (let url: string | null = path; url !== null; ) {
        const { status, json, text } = await api.get(url, token)
        if (status !== 200) throw new Error(`${status} ${text}`)
        pages.push(json)
        url = json.next
        if (pages.length > 1000) throw new Error('the walk does not end')
      }
      return pages
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await store.close()
    },
  }
  return api
}

/** `Patient/mia` and the like: references in test records. */
export const about = (patientId: string) => ({ reference: `Patient/${patientId}` })

export function patient(id: string) {
  return { resourceType: 'Patient', id, name: [{ family: 'Test', given: [id] }], birthDate: '2010-01-01' }
}

export function immunization(id: string, patientId: string, more: object = {}) {
  return {
    resourceType: 'Immunization',
    id,
    status: 'completed',
    vaccineCode: { text: 'MMR' },
    patient: about(patientId),
    occurrenceDateTime: '2020-05-01',
    ...more,
  }
}

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createEngine } from '#server/authorization/engine/engine.ts'
import { systemClock } from '#server/clock.ts'
import { readLimits } from '#server/limits.ts'
import { hashSecret, systemRandom } from '#server/secrets.ts'
import { makeCodes } from '../../bench/make-codes.ts'
import { type OpenModules, openModules } from '../../bench/open-modules.ts'
import { createHolder, redirectUri } from '../../bench/tokens.ts'
import { waitForAddress } from '../cli/run-onpatient.ts'
import { createDatabase } from './database-on-its-own.ts'
import { createMoments } from './random-moments.ts'

const seed = 11_242_027
const kills = 3
const workers = 6
const codesPerRound = 200
const scopes = ['patient/*.read']

/** An application, and codes for it as consent makes them, each with a grant of its own. */
async function openClient(modules: OpenModules) {
  const practice = await modules.practices.create({ name: 'Elm Street', kind: 'practice' })
  const patient = { resourceType: 'Patient' as const, id: 'ana' }
  await modules.records.write([{ practiceId: practice.id, resource: patient }])
  const { accountId, application, associationIds } = await createHolder(modules, practice.id, ['ana'])
  const url = 'http://localhost:8000'
  const provider = await createEngine({
    ...modules,
    db: modules.store.db,
    clock: systemClock,
    random: systemRandom,
    limits: readLimits({}),
    registration: 'off',
    portalUrl: url,
    fhirUrl: url,
    trustedProxies: 1,
  })
  const makeGrant = async () => {
    const ours = await modules.grants.create({
      accountId,
      applicationId: application.id,
      scopes,
      associationIds: [associationIds.get('ana') ?? ''],
      expiresAt: undefined,
    })
    const grant = new provider.Grant({ accountId, clientId: application.id })
    grant.jti = ours.id
    grant.addOIDCScope(scopes.join(' '))
    return grant.save()
  }
  const options = { clientId: application.id, redirectUri, scopes, accountId, makeGrant }
  return { application, makeCodes: (count: number) => makeCodes(provider, count, options) }
}

function startServer(databaseUrl: string) {
  return spawn(process.execPath, [join(import.meta.dirname, '../../server/cli/onpatient.js'), 'serve'], {
    env: {
      ...process.env,
      ...{ DATABASE_URL: databaseUrl, PORT: '0', DEMO: 'off', LOG_LEVEL: 'silent', TRUSTED_PROXIES: '1' },
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

let asked = 0

/** Presents code after code until there is none left or the server is gone; adds each that was answered with tokens. */
async function exchangeAll(
  address: string,
  { id, secret }: { id: string; secret: string },
  codes: string[],
  acknowledged: Map<string, string>,
) {
  for (let code = codes.pop(); code !== undefined; code = codes.pop()) {
    asked += 1
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
    const body = new URLSearchParams({ ...form, client_id: id, client_secret: secret })
    // Requests of one address are counted.
    const headers = { 'x-forwarded-for': `10.0.${asked >> 8}.${asked & 255}` }
    try {
      const answer = await fetch(`${address}/o/token/`, { method: 'POST', body, headers })
      const tokens = (await answer.json()) as { access_token: string }
      assert.equal(answer.status, 200, JSON.stringify(tokens))
      acknowledged.set(code, tokens.access_token)
    } catch (error) {
      // `fetch failed` and `terminated` are TypeErrors.
      if (error instanceof TypeError) return
      throw error
    }
  }
}

test('a server that is killed while it exchanges codes keeps every token it gave, and no code is used without tokens', async () => {
  await using database = await createDatabase()
  const modules = await openModules(database.url)
  const client = await openClient(modules)
  const moment = createMoments(seed)
  const acknowledged = new Map<string, string>()
  for (let killed = 0; killed < kills; killed++) {
    const codes = await client.makeCodes(codesPerRound)
    const child = startServer(database.url)
    const ended = once(child, 'exit')
    const { portalUrl } = await waitForAddress(child)
    const before = acknowledged.size
    const exchanging = Array.from({ length: workers }, () =>
      exchangeAll(portalUrl, client.application, codes, acknowledged),
    )
    while (acknowledged.size < before + 5) await Promise.race([sleep(2), ...exchanging])
    await sleep(moment() * 150)
    child.kill('SIGKILL')
    await Promise.all([ended, ...exchanging])
  }
  const { db } = modules.store
  const rows = await db.selectFrom('oidc_payload').selectAll().execute()
  const tokens = await db.selectFrom('access_token').selectAll().execute()
  const accessOf = Map.groupBy(tokens, ({ grant_id }) => grant_id)
  const refreshing = rows.filter(({ kind }) => kind === 'RefreshToken')
  const refreshOf = Map.groupBy(refreshing, ({ grant_id }) => grant_id)
  for (const { kind, grant_id, consumed_at } of rows) {
    if (kind !== 'AuthorizationCode' || grant_id === null) continue
    const expected = consumed_at === null ? 0 : 1
    assert.equal(accessOf.get(grant_id)?.length ?? 0, expected, 'a code is used if its access token is there')
    assert.equal(refreshOf.get(grant_id)?.length ?? 0, expected, 'and its refresh token')
  }
  const hashes = new Set(tokens.map(({ token_hash }) => token_hash))
  for (const token of acknowledged.values())
    assert.ok(hashes.has(hashSecret(token)), 'a token was given and is gone')
  await modules.close()
})

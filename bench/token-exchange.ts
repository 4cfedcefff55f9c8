import { Agent, request } from 'node:http'
import { defaultScopes } from '#server/applications/applications.ts'
import { createEngine } from '#server/authorization/engine/engine.ts'
import { systemClock } from '#server/clock.ts'
import { readLimits } from '#server/limits.ts'
import { systemRandom } from '#server/secrets.ts'
import { alternate } from './compare.ts'
import type { Figure } from './figures.ts'
import { makeCodes } from './make-codes.ts'
import { type OpenModules, openModules } from './open-modules.ts'
import { start, startServer } from './processes.ts'
import { createHolder, type Holder, redirectUri } from './tokens.ts'

/** The engine's adapter in memory forgets what is more than its latest thousand entries; an exchange makes six. */
const codesPerSlice = 120
const atOnce = 16
/** A slice is short, so there are more of them. */
const slicesFor = (slices: number) => slices * 3

/** Codes for tokens: ours, hashed and stored, against plain oidc-provider in memory, asked from here over HTTP alike. */
export async function measureTokenExchange(
  databaseUrl: string,
  practiceId: string,
  patientId: string,
  slices: number,
): Promise<Figure> {
  // Behind a proxy, so that each request can come from an address of its own, because those of one are counted.
  const server = await startServer(databaseUrl, { TRUSTED_PROXIES: '1' })
  const modules = await openModules(databaseUrl, server.address)
  try {
    const holder = await createHolder(modules, practiceId, [patientId], 'exchange@example.com')
    const { id, secret } = holder.application
    const bare = await start(['bench/bare-provider.ts', id, secret, redirectUri], /^(\d+)$/)
    const bareUrl = `http://127.0.0.1:${bare.address}`
    const make = await createCodeMaker(modules, holder, server.address, patientId)
    const rates = await alternate(
      slicesFor(slices),
      async () => exchangeAll(`${server.address}/o/token/`, holder, await make(codesPerSlice)),
      async () => {
        const made = await fetch(`${bareUrl}/codes?count=${codesPerSlice}`, { method: 'POST' })
        return exchangeAll(`${bareUrl}/token`, holder, (await made.json()) as string[])
      },
    )
    await Promise.all([bare.stop(), server.stop()])
    return {
      work: 'code for tokens (floor: oidc-provider in memory)',
      goal: { atLeast: 0.7 },
      measured: rates.one,
      unit: 'exchanges/s',
      floor: rates.other,
      ratio: rates.ratio,
    }
  } finally {
    await modules.close()
  }
}

/** Makes codes like the page of consent does: server/authorization/consent.ts, `allow`. */
async function createCodeMaker(
  modules: OpenModules,
  { accountId, application, associationIds }: Holder,
  url: string,
  patientId: string,
) {
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
  const scopes = [...defaultScopes]
  const makeGrant = async () => {
    const ours = await modules.grants.create({
      accountId,
      applicationId: application.id,
      scopes,
      associationIds: [associationIds.get(patientId) ?? ''],
      expiresAt: undefined,
    })
    const grant = new provider.Grant({ accountId, clientId: application.id })
    grant.jti = ours.id
    grant.addOIDCScope(scopes.join(' '))
    grant.addResourceScope(url, scopes.join(' '))
    return grant.save()
  }
  const options = { clientId: application.id, redirectUri, scopes, accountId, resource: url, makeGrant }
  return (count: number) => makeCodes(provider, count, options)
}

/** Exchanges every code once; returns how many a second. */
async function exchangeAll(url: string, { application }: Holder, codes: string[]): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const left = [...codes]
  const startedAt = performance.now()
  const workers = Array.from({ length: atOnce }, async () => {
    for (let code = left.pop(); code !== undefined; code = left.pop())
      await exchange(url, agent, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        client_id: application.id,
        client_secret: application.secret,
      })
  })
  await Promise.all(workers)
  const seconds = (performance.now() - startedAt) / 1000
  agent.destroy()
  return codes.length / seconds
}

let asked = 0

/** Throws unless both tokens come. */
function exchange(url: string, agent: Agent, form: Record<string, string>): Promise<void> {
  const body = new URLSearchParams(form).toString()
  asked += 1
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': body.length,
    'x-forwarded-for': `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`,
  }
  return new Promise((done, failed) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', failed)
      response.on('end', () => {
        const isGood = text.includes('"access_token"') && text.includes('"refresh_token"')
        if (isGood) done()
        else failed(new Error(`${url}: ${response.statusCode} ${text}`))
      })
    })
    sent.on('error', failed)
    sent.end(body)
  })
}

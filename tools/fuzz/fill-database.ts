import { setTimeout as sleep } from 'node:timers/promises'
import { exportJWK, generateKeyPair } from 'jose'
import { createModules, type Modules } from '#server/app.ts'
import { systemClock } from '#server/clock.ts'
import { createLogger } from '#server/logger.ts'
import { resolveOrigins } from '#server/origins.ts'
import { newSecret, systemRandom } from '#server/secrets.ts'
import { readSettings } from '#server/settings.ts'
import { openStore } from '#server/store/store.ts'
import { type Actor, type ActorPlan, outsiders, planActors } from './actors.ts'
import { type MarkedPractice, type MarkedRecord, makePeople } from './people.ts'

export const password = 'four-made-up-words'

/** The material for requests, and for the comparison with answers. */
export interface World {
  practices: Array<MarkedPractice & { practiceId: string; associationIds: string[] }>
  records: MarkedRecord[]
  actors: Actor[]
  application: { id: string; secret: string }
}

/** Fills an empty database with the people of a seed and with a token of each kind. */
export async function fillDatabase(databaseUrl: string, seed: number): Promise<World> {
  const settings = readSettings({ DATABASE_URL: databaseUrl, LOG_LEVEL: 'error', NODE_ENV: 'test' })
  const store = await openStore(settings.store)
  try {
    const modules = await createModules({
      settings,
      origins: resolveOrigins(settings, settings.port, undefined),
      store,
      clock: systemClock,
      random: systemRandom,
      logger: createLogger('error'),
      passwordCost: { memoryKib: 64, passes: 1 },
    })
    return await fill(modules, makePeople(seed))
  } finally {
    await store.close()
  }
}

async function fill(modules: Modules, people: MarkedPractice[]): Promise<World> {
  const practices: World['practices'] = []
  for (const each of people) {
    const { id: practiceId } = await modules.practices.create({
      name: each.name,
      kind: 'practice',
      organizationId: each.organizationId,
    })
    const { rejected } = await modules.records.write(
      each.records.map(({ resource }) => ({ practiceId, resource })),
    )
    if (rejected[0]) throw new Error(`${rejected[0].reference}: ${rejected[0].reason}`)
    practices.push({ ...each, practiceId, associationIds: [] })
  }
  const applications = await makeApplications(modules, practices)
  const actors: Actor[] = [...outsiders]
  for (const plan of planActors(practices.map(({ patientIds }) => patientIds)))
    actors.push(await makeActor(modules, { plan, practices, applications }))
  // The expired token gets a lifetime of a second.
  await sleep(1100)
  return {
    practices,
    records: people.flatMap(({ records }) => records),
    actors,
    application: applications.ofPeople,
  }
}

interface MadeApplications {
  ofPeople: { id: string; secret: string }
  service: { id: string }
}

async function makeApplications(modules: Modules, practices: World['practices']): Promise<MadeApplications> {
  const owner = await modules.accounts.create({
    email: 'developer@fuzz.example',
    password,
    displayName: 'Developer',
  })
  for (const { practiceId, practitionerId } of practices)
    await modules.practices.associate({ accountId: owner.id, practiceId, practitionerId, role: 'provider' })
  const { publicKey } = await generateKeyPair('ES384')
  const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES384', use: 'sig' }
  const ofPeople = await modules.applications.create(owner.id, {
    name: 'Fuzzed app',
    kind: 'confidential',
    redirectUris: ['http://localhost:9999/done'],
    scopes: [],
  })
  const service = await modules.applications.create(owner.id, {
    name: 'Fuzzed service',
    kind: 'confidential',
    redirectUris: [],
    scopes: ['system/*.cruds'],
    authentication: 'key',
    jwks: { keys: [key] },
  })
  return {
    ofPeople: { id: ofPeople.application.id, secret: ofPeople.secret ?? '' },
    service: { id: service.application.id },
  }
}

async function makeActor(
  modules: Modules,
  {
    plan,
    practices,
    applications,
  }: { plan: ActorPlan; practices: World['practices']; applications: MadeApplications },
): Promise<Actor> {
  const { scopes, reaches, kind, state, signsIn, ...rest } = plan
  const email = `${plan.name.replaceAll(' ', '-')}@fuzz.example`
  const account = await modules.accounts.create({ email, password, displayName: plan.name })
  const associationIds: string[] = []
  for (const { practice, role, patient } of reaches) {
    const at = practices[practice]
    const patientId = patient === undefined ? undefined : at?.patientIds[patient]
    const { id } = await modules.practices.associate({
      accountId: account.id,
      practiceId: at?.practiceId ?? '',
      role,
      relationship: role === 'proxy' ? 'parent' : 'self',
      ...(patientId === undefined ? {} : { patientId }),
      ...(role === 'provider' && at ? { practitionerId: at.practitionerId } : {}),
    })
    associationIds.push(id)
    at?.associationIds.push(id)
  }
  const grantId = await makeGrant(modules, {
    plan,
    practices,
    applications,
    associationIds,
    accountId: account.id,
  })
  const token = newSecret('ops', systemRandom)
  const seconds = state === 'expired' ? 1 : 48 * 3600
  await modules.grants.storeAccessToken({
    token,
    grantId,
    scopes,
    expiresAt: new Date(Date.now() + seconds * 1000),
  })
  if (state === 'ended') await modules.grants.endByEngine(grantId, 'a test')
  return { ...rest, token, ...(signsIn ? { email } : {}) }
}

interface GrantPlan {
  plan: ActorPlan
  practices: World['practices']
  applications: MadeApplications
  associationIds: string[]
  accountId: string
}

async function makeGrant(
  { approvals, grants }: Modules,
  { plan, practices, applications, associationIds, accountId }: GrantPlan,
): Promise<string> {
  if (plan.kind === 'service') {
    const practiceId = practices[plan.reaches[0]?.practice ?? 0]?.practiceId ?? ''
    const { id } = await approvals.approve({ applicationId: applications.service.id, practiceId, accountId })
    return id
  }
  const { id } = await grants.create({
    accountId,
    applicationId: applications.ofPeople.id,
    scopes: plan.scopes,
    associationIds,
    expiresAt: undefined,
  })
  return id
}

import type { Resource } from 'fhir/r4'
import { createApplications, defaultScopes } from '#server/applications/applications.ts'
import { generatePractice } from '#server/demo/generator/generate-practice.ts'
import { createGrants } from '#server/grants/grants.ts'
import { createPractices } from '#server/practices/practices.ts'
import { createRecords } from '#server/records/records.ts'
import { newId, newSecret, systemRandom } from '#server/secrets.ts'
import { openSqliteStore } from '#server/store/store.ts'

/** What the loads ask for. */
export interface BenchData {
  records: number
  importPerSecond: number
  token: string
  patients: number
  /** Whom the token covers: somebody with hundreds of Observations. */
  patientId: string
}

const clock = { now: () => new Date() }

/** Fills a database with synthetic patients and gives one person's application a token for all of them. */
export async function prepareData(file: string, patients: number): Promise<BenchData> {
  const store = await openSqliteStore(file)
  const { db } = store
  const records = createRecords({ db, clock, random: systemRandom })
  await records.bringIndexUpToDate()
  const practices = createPractices({
    db,
    clock,
    random: systemRandom,
    mailer: { send: async () => undefined },
    portalUrl: 'http://localhost',
    records,
    synthesize: () => {
      throw new Error('the bench makes no sandbox')
    },
  })
  const generated = generatePractice({ seed: 1, patients, asOf: new Date('2026-11-01T12:00:00Z') })
  const practice = await practices.create({
    name: 'Bench',
    kind: 'practice',
    organizationId: generated.organization.id ?? '',
  })
  let count = 0
  let milliseconds = 0
  const write = async (resources: Resource[]) => {
    const batch = resources.map((resource) => ({ practiceId: practice.id, resource }))
    const startedAt = performance.now()
    await records.write(batch)
    milliseconds += performance.now() - startedAt
    count += batch.length
  }
  await write(generated.shared)
  for (const { members } of generated.families()) {
    const resources = members.flatMap((person) => [person.patient, ...person.records])
    await write(resources)
  }
  const patientId = generated.knownPeople().adultId
  const token = await issueToken(db, practices, practice.id, patientId)
  await store.close()
  return {
    records: count,
    importPerSecond: (count / milliseconds) * 1000,
    token,
    patients,
    patientId,
  }
}

type Db = Awaited<ReturnType<typeof openSqliteStore>>['db']

/** A grant like that of a patient portal's app, which covers one patient alone. */
async function issueToken(
  db: Db,
  practices: ReturnType<typeof createPractices>,
  practiceId: string,
  patientId: string,
): Promise<string> {
  const accountId = newId('acc', systemRandom)
  const now = Date.now()
  await db
    .insertInto('account')
    .values({
      id: accountId,
      email: 'bench@example.com',
      display_name: 'Bench',
      password_hash: '',
      created_at: now,
      password_changed_at: now,
    })
    .execute()
  const provider = await practices.associate({ accountId, practiceId, role: 'provider' })
  const own = await practices.associate({
    accountId,
    practiceId,
    role: 'patient',
    patientId,
  })
  const grants = createGrants({ db, clock, random: systemRandom, practices })
  const applications = createApplications({
    db,
    clock,
    random: systemRandom,
    practices,
    onRemoved: async () => undefined,
  })
  const { application } = await applications.create(accountId, {
    name: 'Bench',
    kind: 'public',
    redirectUris: ['http://localhost/cb'],
    scopes: [...defaultScopes],
  })
  await practices.endAssociation(practiceId, provider.id)
  const scopes = [...defaultScopes]
  const grant = await grants.create({
    accountId,
    applicationId: application.id,
    scopes,
    associationIds: [own.id],
    expiresAt: undefined,
  })
  const token = newSecret('ops', systemRandom)
  await grants.storeAccessToken({
    token,
    grantId: grant.id,
    scopes,
    expiresAt: new Date(now + 24 * 3600 * 1000),
  })
  return token
}

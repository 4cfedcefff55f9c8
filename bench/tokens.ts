import { defaultScopes } from '#server/applications/applications.ts'
import { newSecret, systemRandom } from '#server/secrets.ts'
import type { OpenModules } from './open-modules.ts'

export const redirectUri = 'https://app.example.com/cb'

/** An account that reaches patients, and its application. */
export interface Holder {
  accountId: string
  application: { id: string; secret: string }
  /** By patient. */
  associationIds: Map<string, string>
}

export async function createHolder(
  { accounts, practices, applications }: OpenModules,
  practiceId: string,
  patientIds: readonly string[],
  email = 'bench@example.com',
): Promise<Holder> {
  const account = await accounts.create({
    email,
    password: 'a-long-enough-password',
    displayName: 'Bench',
  })
  const associationIds = new Map<string, string>()
  for (const patientId of patientIds) {
    const association = { accountId: account.id, practiceId, role: 'proxy', patientId } as const
    associationIds.set(patientId, (await practices.associate(association)).id)
  }
  const { application, secret = '' } = await applications.create(account.id, {
    name: 'Bench',
    kind: 'confidential',
    redirectUris: [redirectUri],
    scopes: [...defaultScopes],
  })
  return { accountId: account.id, application: { id: application.id, secret }, associationIds }
}

/** A token like that of a patient's app, which covers one patient alone. */
export async function issueToken(
  { grants }: OpenModules,
  { accountId, application, associationIds }: Holder,
  patientId: string,
): Promise<string> {
  const scopes = [...defaultScopes]
  const grant = await grants.create({
    accountId,
    applicationId: application.id,
    scopes,
    associationIds: [associationIds.get(patientId) ?? ''],
    expiresAt: undefined,
  })
  return storeToken(grants, grant.id, scopes)
}

/** An account of the practice itself, with an application that writes. */
export interface Provider {
  accountId: string
  applicationId: string
  associationId: string
}

const providerScopes = ['user/*.cruds', 'offline_access']

export async function createProvider(
  { accounts, practices }: OpenModules,
  practiceId: string,
  { application }: Holder,
): Promise<Provider> {
  const account = await accounts.create({
    email: 'provider@example.com',
    password: 'a-long-enough-password',
    displayName: 'Provider',
  })
  const { id } = await practices.associate({ accountId: account.id, practiceId, role: 'staff' })
  return { accountId: account.id, applicationId: application.id, associationId: id }
}

/** A token that reaches the whole panel. */
export async function issueProviderToken(
  { grants }: OpenModules,
  { accountId, applicationId, associationId }: Provider,
): Promise<string> {
  const grant = await grants.create({
    accountId,
    applicationId,
    scopes: providerScopes,
    associationIds: [associationId],
    expiresAt: undefined,
  })
  return storeToken(grants, grant.id, providerScopes)
}

/** A token of a backend service that the practice approved: its grant is of the practice as a whole. */
export async function issueApprovalToken(
  { grants, store }: OpenModules,
  practiceId: string,
  { accountId, application }: Holder,
): Promise<string> {
  const scopes = ['system/*.rs']
  const owner = { accountId, applicationId: application.id, scopes, associationIds: [], expiresAt: undefined }
  const grant = await grants.create(owner)
  await store.db.updateTable('grant').set({ practice_id: practiceId }).where('id', '=', grant.id).execute()
  return storeToken(grants, grant.id, scopes)
}

async function storeToken(grants: OpenModules['grants'], grantId: string, scopes: string[]): Promise<string> {
  const token = newSecret('ops', systemRandom)
  const expiresAt = new Date(Date.now() + 24 * 3600 * 1000)
  await grants.storeAccessToken({ token, grantId, scopes, expiresAt })
  return token
}

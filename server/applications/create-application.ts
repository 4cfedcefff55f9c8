import { assertRoom } from '../assert-room.ts'
import { OnpatientError } from '../errors.ts'
import { newId, newSecret } from '../secrets.ts'
import { nameKey } from '../store/name-key.ts'
import type { Db } from '../store/store.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Application, ApplicationForm, Warning } from './application.ts'
import { checkApplicationForm } from './application-form.ts'
import { type ApplicationRow, columnsOf, toApplication } from './application-row.ts'
import { insertSecret } from './application-secrets.ts'
import { type ApplicationsDeps, formLimitsOf, keyLimitsOf } from './applications-deps.ts'
import { type AuthenticationForm, checkAuthentication } from './authentication-form.ts'
import { warnAboutRedirectUris } from './redirect-uri.ts'

interface Registered {
  application: Application
  secret: string | undefined
  warnings: Warning[]
}

interface OwnedForm {
  ownerAccountId: string
  form: ApplicationForm
}

export async function createApplication(deps: ApplicationsDeps, owned: OwnedForm): Promise<Registered> {
  const associations = await deps.practices.listAssociations(owned.ownerAccountId)
  if (associations.length === 0)
    throw new OnpatientError(
      'not-associated',
      'Your account is not associated with a provider yet. Create a practice or a sandbox, or accept the invitation of your practice, then add an application.',
    )
  return register(deps, { ...owned, limit: 'applicationsOfAccount' })
}

export function createForStranger(deps: ApplicationsDeps, owned: OwnedForm): Promise<Registered> {
  return register(deps, { ...owned, limit: 'selfRegistered' })
}

export async function createKnown(
  deps: ApplicationsDeps,
  { ownerAccountId, form, id, secret }: OwnedForm & { id: string; secret: string },
): Promise<void> {
  const known = await deps.db.selectFrom('application').select('id').where('id', '=', id).executeTakeFirst()
  if (known) return
  const checked = checkApplicationForm(form, formLimitsOf(deps))
  const proof = checkAuthentication(form, keyLimitsOf(deps))
  await insert(deps, { id, ownerAccountId, form: checked, proof, secret })
}

async function register(
  deps: ApplicationsDeps,
  { ownerAccountId, form, limit }: OwnedForm & { limit: 'applicationsOfAccount' | 'selfRegistered' },
): Promise<Registered> {
  const checked = checkApplicationForm(form, formLimitsOf(deps))
  const proof = checkAuthentication(form, keyLimitsOf(deps))
  const secret = proof.authentication === 'secret' ? newSecret('ops', deps.random) : undefined
  const id = newId('app', deps.random)
  const application = await insert(deps, { id, ownerAccountId, form: checked, proof, secret, limit })
  const warnings = warnAboutRedirectUris(application.redirectUris, deps.allowsPlainRedirects ?? false)
  return { application, secret, warnings }
}

/** Counts and adds in one transaction, so that of many requests at once none gets past the limit. */
async function insert(
  deps: ApplicationsDeps,
  {
    id,
    ownerAccountId,
    form,
    proof,
    secret,
    limit,
  }: OwnedForm & {
    id: string
    proof: AuthenticationForm
    secret: string | undefined
    /** Undefined where no limit holds. */
    limit?: 'applicationsOfAccount' | 'selfRegistered'
  },
): Promise<Application> {
  const now = deps.clock.now().getTime()
  const row: ApplicationRow = {
    id,
    owner_account_id: ownerAccountId,
    ...columnsOf(form, proof),
    name_key: nameKey(form.name),
    registration_token_hash: null,
    created_at: now,
    updated_at: now,
    deleted_at: null,
  }
  await inTransaction(deps.db, async (trx) => {
    if (limit !== undefined)
      assertRoom(deps.limits, limit, {
        owned: await countOwned(trx, ownerAccountId),
        advice: 'Delete one that is no longer used.',
      })
    await trx.insertInto('application').values(row).execute()
    if (secret !== undefined) await insertSecret(deps, trx, { applicationId: id, secret })
  })
  return toApplication(row)
}

/** Uses application_owner. */
async function countOwned(trx: Db, accountId: string): Promise<number> {
  const row = await trx
    .selectFrom('application')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('owner_account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

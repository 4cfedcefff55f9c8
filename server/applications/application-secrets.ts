import { assertRoom } from '../assert-room.ts'
import { OnpatientError } from '../errors.ts'
import { hashSecret, newId, newSecret, sameHash } from '../secrets.ts'
import { preparedQuery } from '../store/prepared-query.ts'
import type { Db } from '../store/store.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Application } from './application.ts'
import type { ApplicationsDeps } from './applications-deps.ts'
import type { SecretSummary } from './applications-interface.ts'
import { getOwned } from './find-application.ts'

/** Secrets that still work. Uses application_secret_application. `secretsOfApplication` bounds them when they are made. */
const selectSecrets = preparedQuery((db, applicationId: string, now: number) =>
  db
    .selectFrom('application_secret')
    .selectAll()
    .where('application_id', '=', applicationId)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .orderBy('created_at', 'desc'),
)

const maximumOverlapSeconds = 30 * 24 * 3600

type SecretDeps = Pick<ApplicationsDeps, 'db' | 'clock'>

export async function listSecrets(
  { db, clock }: SecretDeps,
  applicationId: string,
): Promise<SecretSummary[]> {
  const rows = await selectSecrets(db, applicationId, clock.now().getTime())
  return rows.map((row) => ({
    id: row.id,
    createdAt: new Date(row.created_at),
    expiresAt: row.expires_at === null ? undefined : new Date(row.expires_at),
  }))
}

export async function isSecretOf(
  { db, clock }: SecretDeps,
  { applicationId, secret }: { applicationId: string; secret: string },
): Promise<boolean> {
  const given = hashSecret(secret)
  const rows = await selectSecrets(db, applicationId, clock.now().getTime())
  // Every secret is compared, so that the time does not show which one was near.
  return rows.map((row) => sameHash(row.secret_hash, given)).includes(true)
}

export async function rotateSecret(
  deps: ApplicationsDeps,
  {
    ownerAccountId,
    applicationId,
    overlapSeconds,
  }: { ownerAccountId: string; applicationId: string; overlapSeconds: number },
): Promise<string> {
  assertHasSecret(await getOwned(deps, { ownerAccountId, applicationId }))
  if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > maximumOverlapSeconds)
    throw new OnpatientError('invalid-parameter', 'The overlap is a number of seconds from 0 to 30 days.', {
      field: 'overlapSeconds',
    })
  const end = deps.clock.now().getTime() + overlapSeconds * 1000
  const secret = newSecret('ops', deps.random)
  await inTransaction(deps.db, async (trx) => {
    await trx
      .updateTable('application_secret')
      .set({ expires_at: end })
      .where('application_id', '=', applicationId)
      .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', end)]))
      .execute()
    await assertRoomForSecret(deps, trx, applicationId)
    await insertSecret(deps, trx, { applicationId, secret })
  })
  return secret
}

function assertHasSecret({ authentication, kind }: Application): void {
  if (authentication === 'secret') return
  throw new OnpatientError(
    'not-allowed',
    kind === 'public'
      ? 'A public application has no secret. Register a confidential one.'
      : 'This application proves who it is by a key and has no secret. Change its keys instead.',
  )
}

async function assertRoomForSecret(
  { clock, limits }: ApplicationsDeps,
  trx: Db,
  applicationId: string,
): Promise<void> {
  const { count } = await trx
    .selectFrom('application_secret')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('application_id', '=', applicationId)
    .where('expires_at', '>', clock.now().getTime())
    .executeTakeFirstOrThrow()
  assertRoom(limits, 'secretsOfApplication', {
    owned: Number(count),
    advice: 'Wait until an older one has ended, or replace them all now, without an overlap.',
    field: 'overlapSeconds',
  })
}

export async function insertSecret(
  { clock, random }: Pick<ApplicationsDeps, 'clock' | 'random'>,
  trx: Db,
  { applicationId, secret }: { applicationId: string; secret: string },
): Promise<void> {
  await trx
    .insertInto('application_secret')
    .values({
      id: newId('sec', random),
      application_id: applicationId,
      secret_hash: hashSecret(secret),
      created_at: clock.now().getTime(),
      expires_at: null,
    })
    .execute()
}

/** Ends all secrets of an application now. */
export async function endSecrets({ db, clock }: SecretDeps, applicationId: string): Promise<void> {
  const now = clock.now().getTime()
  await db
    .updateTable('application_secret')
    .set({ expires_at: now })
    .where('application_id', '=', applicationId)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
    .execute()
}

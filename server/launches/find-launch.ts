import { hashSecret } from '../secrets.ts'
import { requestSeconds, toLaunch } from './launch-row.ts'
import type { Launch, LaunchesDeps, LaunchFault } from './launches-interface.ts'

type FindDeps = Pick<LaunchesDeps, 'db' | 'clock'>

export async function findLaunch(
  { db, clock }: FindDeps,
  {
    launchHash,
    applicationId,
    request,
  }: { launchHash: string; applicationId: string; request: string | undefined },
): Promise<Launch | LaunchFault> {
  // uses the primary key
  const row = await db
    .selectFrom('launch')
    .selectAll()
    .where('id_hash', '=', launchHash)
    .where('application_id', '=', applicationId)
    .executeTakeFirst()
  if (!row) return 'unknown'
  if (row.used_at !== null && (request === undefined || row.used_by !== hashSecret(request))) return 'used'
  const lateSeconds = request === undefined ? 0 : requestSeconds
  const isExpired = row.expires_at <= clock.now().getTime() - lateSeconds * 1000
  return isExpired ? 'expired' : toLaunch(row)
}

export async function redeemLaunch(
  { db, clock }: FindDeps,
  {
    launchHash,
    accountId,
    applicationId,
    request,
  }: { launchHash: string; accountId: string; applicationId: string; request: string },
): Promise<Launch | undefined> {
  const now = clock.now().getTime()
  const used_by = hashSecret(request)
  // uses the primary key; the statement has the condition, so that one of many requests at the same moment wins
  const row = await db
    .updateTable('launch')
    .set({ used_at: now, used_by })
    .where('id_hash', '=', launchHash)
    .where('application_id', '=', applicationId)
    .where('account_id', '=', accountId)
    .where('expires_at', '>', now - requestSeconds * 1000)
    .where((eb) => eb.or([eb('used_at', 'is', null), eb('used_by', '=', used_by)]))
    .returningAll()
    .executeTakeFirst()
  return row && toLaunch(row)
}

const memorySeconds = 24 * 3600

export async function sweepLaunches({ db, clock }: FindDeps): Promise<void> {
  // uses launch_expiry
  await db
    .deleteFrom('launch')
    .where('expires_at', '<=', clock.now().getTime() - memorySeconds * 1000)
    .execute()
}

import { formatReferences } from '#server/grants/grants.ts'
import { hashSecret, newSecret } from '../secrets.ts'
import { requestSeconds } from './launch-row.ts'
import type { Launch, LaunchesDeps } from './launches-interface.ts'

/** The time from the click in the portal to the application's authorization request. */
export const launchSeconds = 300

type IssueDeps = Pick<LaunchesDeps, 'db' | 'clock' | 'random' | 'limits'>

/** Makes a launch and returns its id. The id is a secret, and only its hash is stored. */
export async function issueLaunch(deps: IssueDeps, launch: Launch): Promise<string> {
  const now = deps.clock.now().getTime()
  const launchId = newSecret('lau', deps.random)
  await deps.db
    .insertInto('launch')
    .values({
      id_hash: hashSecret(launchId),
      account_id: launch.accountId,
      application_id: launch.applicationId,
      association_id: launch.associationId,
      patient_id: launch.patientId,
      encounter_id: launch.encounterId ?? null,
      intent: launch.intent ?? null,
      fhir_context: formatReferences(launch.fhirContext),
      created_at: now,
      expires_at: now + launchSeconds * 1000,
      used_at: null,
      used_by: null,
    })
    .execute()
  await endOldest(deps, { accountId: launch.accountId, newest: hashSecret(launchId) })
  return launchId
}

/** Ends launches beyond the limit that no request has brought yet. */
async function endOldest(
  { db, clock, limits }: IssueDeps,
  { accountId, newest }: { accountId: string; newest: string },
): Promise<void> {
  const now = clock.now().getTime()
  // uses launch_account
  const old = await db
    .selectFrom('launch')
    .select('id_hash')
    .where('account_id', '=', accountId)
    .where('id_hash', '!=', newest)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .orderBy('id_hash')
    .offset(limits.openLaunches - 1)
    .limit(limits.openLaunches)
    .execute()
  if (old.length === 0) return
  const hashes = old.map(({ id_hash }) => id_hash)
  await db
    .updateTable('launch')
    .set({ expires_at: now - requestSeconds * 1000 })
    .where('id_hash', 'in', hashes)
    .execute()
}

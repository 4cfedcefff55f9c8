import { formatReferences, parseReferences } from '#server/grants/grants.ts'
import { hashSecret, newSecret } from '../secrets.ts'
import type { LaunchTable } from '../store/schema/launches.ts'
import type { Launch, Launches, LaunchesDeps } from './launches-interface.ts'

/** From the click in the portal to the application's authorization request. */
export const launchSeconds = 300

/** After that request the person may sign in and read the consent page; the request itself lives this long. */
const requestSeconds = 3600

const memorySeconds = 24 * 3600

interface LaunchIds extends Pick<Launches, 'find' | 'redeem' | 'sweep'> {
  issue(launch: Launch): Promise<string>
}

/** Launch ids and their rows: the id itself is a secret, and only its hash is stored. */
export function createLaunchIds({
  db,
  clock,
  random,
  limits,
}: Pick<LaunchesDeps, 'db' | 'clock' | 'random' | 'limits'>): LaunchIds {
  const now = () => clock.now().getTime()

  /** Those beyond the limit that no request has brought yet. */
  async function endOldest(accountId: string, newest: string): Promise<void> {
    // uses launch_account
    const old = await db
      .selectFrom('launch')
      .select('id_hash')
      .where('account_id', '=', accountId)
      .where('id_hash', '!=', newest)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now())
      .orderBy('created_at', 'desc')
      .orderBy('id_hash')
      .offset(limits.openLaunches - 1)
      .limit(limits.openLaunches)
      .execute()
    if (old.length === 0) return
    await db
      .updateTable('launch')
      .set({ expires_at: now() - requestSeconds * 1000 })
      .where(
        'id_hash',
        'in',
        old.map(({ id_hash }) => id_hash),
      )
      .execute()
  }

  return {
    async issue(launch) {
      const launchId = newSecret('lau', random)
      await db
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
          created_at: now(),
          expires_at: now() + launchSeconds * 1000,
          used_at: null,
          used_by: null,
        })
        .execute()
      await endOldest(launch.accountId, hashSecret(launchId))
      return launchId
    },
    async find(launchHash, applicationId, request) {
      // uses the primary key
      const row = await db
        .selectFrom('launch')
        .selectAll()
        .where('id_hash', '=', launchHash)
        .where('application_id', '=', applicationId)
        .executeTakeFirst()
      if (!row) return 'unknown'
      if (row.used_at !== null && (request === undefined || row.used_by !== hashSecret(request)))
        return 'used'
      const lateSeconds = request === undefined ? 0 : requestSeconds
      return row.expires_at <= now() - lateSeconds * 1000 ? 'expired' : toLaunch(row)
    },
    async redeem(launchHash, { accountId, applicationId, request }) {
      const used_by = hashSecret(request)
      // uses the primary key; the condition is in the statement, so that of many at the same moment one wins
      const row = await db
        .updateTable('launch')
        .set({ used_at: now(), used_by })
        .where('id_hash', '=', launchHash)
        .where('application_id', '=', applicationId)
        .where('account_id', '=', accountId)
        .where('expires_at', '>', now() - requestSeconds * 1000)
        .where((eb) => eb.or([eb('used_at', 'is', null), eb('used_by', '=', used_by)]))
        .returningAll()
        .executeTakeFirst()
      return row && toLaunch(row)
    },
    async sweep() {
      // uses launch_expiry
      await db
        .deleteFrom('launch')
        .where('expires_at', '<=', now() - memorySeconds * 1000)
        .execute()
    },
  }
}

function toLaunch(row: LaunchTable): Launch {
  return {
    accountId: row.account_id,
    applicationId: row.application_id,
    associationId: row.association_id,
    patientId: row.patient_id,
    encounterId: row.encounter_id ?? undefined,
    intent: row.intent ?? undefined,
    fhirContext: parseReferences(row.fhir_context),
  }
}

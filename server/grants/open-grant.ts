import type { Role } from '#server/practices/practices.ts'
import { OnpatientError } from '../errors.ts'
import { hashSecret } from '../secrets.ts'
import type { Db } from '../store/store.ts'
import { findStoreFailure } from '../store/store-failure.ts'
import type { OpenedGrant } from './grants.ts'

/**
 * What an access token opens now. One statement: the primary key of access_token, joined by primary key to its
 * grant and application, and to the associations that are still open. A row comes back for each association;
 * a grant whose associations have all ended still opens, and covers nothing.
 */
export async function openGrant(db: Db, accessToken: string, now: Date): Promise<OpenedGrant> {
  const rows = await selectToken(db, hashSecret(accessToken)).execute()
  const [first] = rows
  if (!first) throw new OnpatientError('token-unknown', 'This access token is not known here.')
  assertAlive(first, now.getTime())
  await noteUse(db, first.grant_id, first.last_used_at, now.getTime())
  return {
    grantId: first.grant_id,
    accountId: first.account_id,
    applicationId: first.application_id,
    scopes: first.scopes.split(' '),
    ...coverageOf(rows),
  }
}

interface CoverageRow {
  role: Role | null
  patient_id: string | null
  practice_id: string | null
}

/** Patients and proxies reach a compartment; providers and staff a whole panel. Deny by default: nothing else counts. */
export function coverageOf(rows: CoverageRow[]): { patientIds: string[]; practiceIds: string[] } {
  const patients = rows.filter((row) => row.role === 'patient' || row.role === 'proxy')
  const panels = rows.filter((row) => row.role === 'provider' || row.role === 'staff')
  return {
    patientIds: [...new Set(patients.flatMap((row) => row.patient_id ?? []))],
    practiceIds: [...new Set(panels.flatMap((row) => row.practice_id ?? []))],
  }
}

function selectToken(db: Db, tokenHash: string) {
  return db
    .selectFrom('access_token')
    .innerJoin('grant', 'grant.id', 'access_token.grant_id')
    .innerJoin('application', 'application.id', 'grant.application_id')
    .leftJoin('grant_association', 'grant_association.grant_id', 'grant.id')
    .leftJoin('association', (join) =>
      join
        .onRef('association.id', '=', 'grant_association.association_id')
        .on('association.ended_at', 'is', null),
    )
    .select([
      'access_token.grant_id',
      'access_token.scopes',
      'access_token.expires_at',
      'grant.account_id',
      'grant.application_id',
      'grant.ended_at',
      'grant.expires_at as grant_expires_at',
      'grant.last_used_at',
      'application.deleted_at',
      'association.role',
      'association.patient_id',
      'association.practice_id',
    ])
    .where('access_token.token_hash', '=', tokenHash)
}

interface Lifetime {
  expires_at: number
  grant_expires_at: number | null
  ended_at: number | null
  deleted_at: number | null
}

function assertAlive(token: Lifetime, now: number): void {
  if (token.ended_at !== null || token.deleted_at !== null)
    throw new OnpatientError('token-revoked', 'The access behind this token was ended.')
  if (token.expires_at <= now || (token.grant_expires_at !== null && token.grant_expires_at <= now))
    throw new OnpatientError('token-expired', 'This access token has expired.')
}

const noteEveryMs = 3600 * 1000

/** "Last used" on the person's list, written at most once an hour so that reads stay reads. */
async function noteUse(db: Db, grantId: string, lastUsedAt: number | null, now: number): Promise<void> {
  if (lastUsedAt !== null && lastUsedAt > now - noteEveryMs) return
  try {
    await db.updateTable('grant').set({ last_used_at: now }).where('id', '=', grantId).execute()
  } catch (error) {
    // A full or read-only disk must not stop people from reading their records.
    if (!findStoreFailure(error)) throw error
  }
}

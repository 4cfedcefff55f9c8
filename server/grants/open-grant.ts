import { type Role, reachesPanel } from '#server/practices/practices.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { hashSecret } from '../secrets.ts'
import { preparedQuery } from '../store/prepared-query.ts'
import type { Db } from '../store/store.ts'
import { findStoreFailure } from '../store/store-failure.ts'
import { chooseUserLink, type GrantUser, userOfLink } from './grant-user.ts'
import type { Coverage, OpenedGrant } from './grants.ts'

/** Answers what tokens open; remembers it for a moment, because an app asks many times in a row. */
export interface TokenOpener {
  open(accessToken: string): Promise<OpenedGrant>
  /** Forgets everything, because something ended in this process. */
  forget(): void
}

/** What another process ends is noticed here after this time at the latest. */
const rememberedMs = 1000
const mostRemembered = 10_000

interface Remembered {
  rows: TokenRow[]
  scopes: string[]
  coverage: Coverage
  user: GrantUser | undefined
  readAt: number
}

/**
 * What an access token opens now. One statement: the primary key of access_token, joined by primary key to its
 * grant and application, to the associations that are still open and, when the grant is about one patient, to the panel
 * that must still have them. A row comes back for each association; a grant that reaches nobody any more opens no more.
 */
export function createTokenOpener(db: Db, clock: Clock): TokenOpener {
  const remembered = new Map<string, Remembered>()

  async function look(tokenHash: string, now: number): Promise<Remembered> {
    const known = remembered.get(tokenHash)
    if (known && Math.abs(now - known.readAt) < rememberedMs) return known
    const rows = await selectToken(db, tokenHash)
    const scopes = rows[0]?.scopes.split(' ') ?? []
    const fresh = { rows, scopes, coverage: coverageOf(rows), user: userOf(rows, scopes), readAt: now }
    if (remembered.size >= mostRemembered) remembered.clear()
    // An unknown token is not remembered: it may be issued in this very moment.
    if (rows.length > 0) remembered.set(tokenHash, fresh)
    return fresh
  }

  return {
    forget: () => remembered.clear(),
    async open(accessToken) {
      const now = clock.now().getTime()
      const { rows, scopes, coverage, user } = await look(hashSecret(accessToken), now)
      const [first] = rows
      if (!first) throw new OnpatientError('token-unknown', 'This access token is not known here.')
      assertAlive(first, now)
      assertCovers(first, coverage)
      if (isUseToBeNoted(first.last_used_at, now)) {
        first.last_used_at = now
        await noteUse(db, first.grant_id, now)
      }
      return {
        grantId: first.grant_id,
        accountId: first.account_id,
        applicationId: first.application_id,
        scopes,
        isApproval: first.approving_practice_id !== null,
        keyThumbprint: first.jkt ?? undefined,
        user,
        ...coverage,
      }
    },
  }
}

interface CoverageRow {
  role: Role | null
  patient_id: string | null
  practice_id: string | null
  /** Set when a practice approved the grant for a backend service. */
  approving_practice_id: string | null
  /** Set when the grant is about one patient. */
  bound_patient_id: string | null
  reaches_panel: number | null
  /** That patient, when the panel of the row's practice has them. */
  panel_patient_id: string | null
}

/** Patients and proxies reach a compartment; providers and staff a whole panel. Deny by default: nothing else counts. */
export function coverageOf(rows: CoverageRow[]): Coverage {
  const approving = rows[0]?.approving_practice_id ?? undefined
  if (approving !== undefined) return { patientIds: [], practiceIds: [approving], isBound: false }
  const patients = rows.filter((row) => row.role === 'patient' || row.role === 'proxy')
  const panels = rows.filter(reachesPanel)
  const patientIds = [...new Set(patients.flatMap((row) => row.patient_id ?? []))]
  const practiceIds = [...new Set(panels.flatMap((row) => row.practice_id ?? []))]
  const bound = rows[0]?.bound_patient_id ?? undefined
  if (bound === undefined) return { patientIds, practiceIds, isBound: false }
  const isReached = patientIds.includes(bound) || panels.some((row) => row.panel_patient_id === bound)
  return {
    patientIds: isReached ? [bound] : [],
    practiceIds: rows[0]?.reaches_panel === 1 ? practiceIds : [],
    isBound: true,
  }
}

/** What a grant covers now. Uses the primary keys. */
export const selectCoverage = preparedQuery((db, grantId: string) =>
  db
    .selectFrom('grant')
    .leftJoin('grant_context', 'grant_context.grant_id', 'grant.id')
    .leftJoin('grant_association', 'grant_association.grant_id', 'grant.id')
    .leftJoin('association', (join) =>
      join
        .onRef('association.id', '=', 'grant_association.association_id')
        .on('association.ended_at', 'is', null),
    )
    .leftJoin('practice_patient', (join) =>
      join
        .onRef('practice_patient.practice_id', '=', 'association.practice_id')
        .onRef('practice_patient.patient_id', '=', 'grant_context.patient_id'),
    )
    .select([
      'association.role',
      'association.patient_id',
      'association.practice_id',
      'grant.practice_id as approving_practice_id',
      'grant_context.patient_id as bound_patient_id',
      'grant_context.reaches_panel',
      'practice_patient.patient_id as panel_patient_id',
    ])
    .where('grant.id', '=', grantId),
)
/** The scope `fhirUser` opens the record of the person, whatever else the token opens. */
function userOf(rows: TokenRow[], scopes: string[]): GrantUser | undefined {
  if (!scopes.includes('openid') || !scopes.includes('fhirUser')) return undefined
  const links = rows.flatMap(({ association_id, role, practice_id, ...row }) =>
    association_id === null || role === null || practice_id === null || row.approving_practice_id !== null
      ? []
      : [
          {
            id: association_id,
            role,
            practiceId: practice_id,
            patientId: row.patient_id ?? undefined,
            practitionerId: row.practitioner_id ?? undefined,
            relatedPersonId: row.related_person_id ?? undefined,
            createdAt: new Date(row.associated_at ?? 0),
          },
        ],
  )
  return userOfLink(chooseUserLink(links))
}

const selectToken = preparedQuery((db, tokenHash: string) =>
  db
    .selectFrom('access_token')
    .innerJoin('grant', 'grant.id', 'access_token.grant_id')
    .innerJoin('application', 'application.id', 'grant.application_id')
    .leftJoin('grant_association', 'grant_association.grant_id', 'grant.id')
    .leftJoin('association', (join) =>
      join
        .onRef('association.id', '=', 'grant_association.association_id')
        .on('association.ended_at', 'is', null),
    )
    .leftJoin('grant_context', 'grant_context.grant_id', 'grant.id')
    .leftJoin('practice_patient', (join) =>
      join
        .onRef('practice_patient.practice_id', '=', 'association.practice_id')
        .onRef('practice_patient.patient_id', '=', 'grant_context.patient_id'),
    )
    .select([
      'access_token.grant_id',
      'access_token.scopes',
      'access_token.expires_at',
      'access_token.jkt',
      'grant.account_id',
      'grant.application_id',
      'grant.ended_at',
      'grant.expires_at as grant_expires_at',
      'grant.last_used_at',
      'grant.practice_id as approving_practice_id',
      'application.deleted_at',
      // Also of an association that has ended, which `association_id` below does not name any more.
      'grant_association.association_id as given_association_id',
      'association.role',
      'association.patient_id',
      'association.practice_id',
      'grant_context.patient_id as bound_patient_id',
      'grant_context.reaches_panel',
      'practice_patient.patient_id as panel_patient_id',
      'association.id as association_id',
      'association.practitioner_id',
      'association.related_person_id',
      'association.created_at as associated_at',
    ])
    .where('access_token.token_hash', '=', tokenHash),
)

type TokenRow = Awaited<ReturnType<typeof selectToken>>[number]

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

/** Proxy rights that ended, a patient who left: with the last association the access is over, not merely empty. */
function assertCovers(
  { given_association_id }: Pick<TokenRow, 'given_association_id'>,
  { patientIds, practiceIds }: Remembered['coverage'],
): void {
  if (given_association_id === null || patientIds.length > 0 || practiceIds.length > 0) return
  throw new OnpatientError(
    'token-revoked',
    'The access behind this token was ended: the person is no longer connected to any of its records.',
  )
}

const noteEveryMs = 3600 * 1000

/** "Last used" on the person's list is written at most once an hour, so that reads stay reads. */
function isUseToBeNoted(lastUsedAt: number | null, now: number): boolean {
  return lastUsedAt === null || lastUsedAt <= now - noteEveryMs
}

async function noteUse(db: Db, grantId: string, now: number): Promise<void> {
  try {
    await db.updateTable('grant').set({ last_used_at: now }).where('id', '=', grantId).execute()
  } catch (error) {
    // A full or read-only disk must not stop people from reading their records.
    if (!findStoreFailure(error)) throw error
  }
}

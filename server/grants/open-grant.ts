import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { hashSecret } from '../secrets.ts'
import { preparedQuery } from '../store/prepared-query.ts'
import type { Db } from '../store/store.ts'
import { findStoreFailure } from '../store/store-failure.ts'
import { reusedReason } from './end-reasons.ts'
import type { GrantConfinement, OpenedGrant } from './grant.ts'
import { confinementOf, keepingPracticesOf, selectConfinement, userLinksOf } from './grant-confinement.ts'
import { chooseOwnLink, type GrantUser, userOfLink } from './grant-user.ts'

/** Finds what tokens open. It remembers the answer for a moment, because an app asks many times in a row. */
export interface TokenOpener {
  open(accessToken: string): Promise<OpenedGrant>
  /** Forgets everything, because something ended in this process. */
  forget(): void
}

/** This process notices after this time at the latest what another process has ended. */
const rememberedMs = 1000
const mostRemembered = 10_000

interface Remembered {
  rows: TokenRow[]
  scopes: string[]
  confinement: GrantConfinement
  keepingPracticeIds: string[]
  user: GrantUser | undefined
  readAt: number
}

/**
 * One statement reads what an access token opens now: by the primary key of access_token, joined by primary key to the application and
 * to the grant with what it covers. A grant without an open association is refused.
 */
export function createTokenOpener(db: Db, clock: Clock): TokenOpener {
  const remembered = new Map<string, Remembered>()

  async function look(tokenHash: string, now: number): Promise<Remembered> {
    const known = remembered.get(tokenHash)
    if (known && Math.abs(now - known.readAt) < rememberedMs) return known
    const rows = await selectToken(db, tokenHash)
    const scopes = rows[0]?.scopes.split(' ') ?? []
    const fresh = {
      rows,
      scopes,
      confinement: confinementOf(rows),
      keepingPracticeIds: keepingPracticesOf(rows),
      user: userOf(rows, scopes),
      readAt: now,
    }
    if (remembered.size >= mostRemembered) remembered.clear()
    // An unknown token is not remembered: it may be issued in this very moment.
    if (rows.length > 0) remembered.set(tokenHash, fresh)
    return fresh
  }

  return {
    forget: () => remembered.clear(),
    async open(accessToken) {
      const now = clock.now().getTime()
      const { rows, scopes, confinement, keepingPracticeIds, user } = await look(hashSecret(accessToken), now)
      const [first] = rows
      if (!first) throw new OnpatientError('token-unknown', 'This access token is not known here.')
      assertAlive(first, now)
      assertCovers(first, confinement)
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
        keepingPracticeIds,
        ...confinement,
      }
    },
  }
}

/** The scope `fhirUser` opens the record of the person, whatever else the token opens. */
function userOf(rows: TokenRow[], scopes: string[]): GrantUser | undefined {
  if (!scopes.includes('openid') || !scopes.includes('fhirUser')) return undefined
  return userOfLink(chooseOwnLink(userLinksOf(rows)))
}

const selectToken = preparedQuery((db, tokenHash: string) =>
  selectConfinement(db)
    .innerJoin('access_token', 'access_token.grant_id', 'grant.id')
    .innerJoin('application', 'application.id', 'grant.application_id')
    .select([
      'access_token.grant_id',
      'access_token.scopes',
      'access_token.expires_at',
      'access_token.jkt',
      'grant.account_id',
      'grant.application_id',
      'grant.ended_at',
      'grant.end_reason',
      'grant.expires_at as grant_expires_at',
      'grant.last_used_at',
      'application.deleted_at',
      // This also names an association that has ended; `association_id` does not.
      'grant_association.association_id as given_association_id',
    ])
    .where('access_token.token_hash', '=', tokenHash),
)

type TokenRow = Awaited<ReturnType<typeof selectToken>>[number]

interface Lifetime {
  expires_at: number
  grant_expires_at: number | null
  ended_at: number | null
  end_reason: string | null
  deleted_at: number | null
}

function assertAlive(token: Lifetime, now: number): void {
  if (token.end_reason === reusedReason)
    throw new OnpatientError(
      'token-revoked',
      'The access behind this token was ended: a code or refresh token came twice, so that somebody else may have had it. Always keep the newest refresh token, and send the person to the authorization page again.',
    )
  if (token.ended_at !== null || token.deleted_at !== null)
    throw new OnpatientError('token-revoked', 'The access behind this token was ended.')
  if (token.expires_at <= now || (token.grant_expires_at !== null && token.grant_expires_at <= now))
    throw new OnpatientError('token-expired', 'This access token has expired.')
}

/** With its last association the access has ended. It is not merely empty. */
function assertCovers(
  { given_association_id }: Pick<TokenRow, 'given_association_id'>,
  { patientIds, practiceIds }: Remembered['confinement'],
): void {
  if (given_association_id === null || patientIds.length > 0 || practiceIds.length > 0) return
  throw new OnpatientError(
    'token-revoked',
    'The access behind this token was ended: the person is no longer connected to any of its records.',
  )
}

const noteEveryMs = 3600 * 1000

/** "Last used" in the person's list is written at most once an hour, so that most reads write nothing. */
function isUseToBeNoted(lastUsedAt: number | null, now: number): boolean {
  return lastUsedAt === null || lastUsedAt <= now - noteEveryMs
}

async function noteUse(db: Db, grantId: string, now: number): Promise<void> {
  try {
    await db.updateTable('grant').set({ last_used_at: now }).where('id', '=', grantId).execute()
  } catch (error) {
    // People must be able to read their records while the disk is full or read-only.
    if (!findStoreFailure(error)) throw error
  }
}

import type { Practices } from '#server/practices/practices.ts'
import type { Clock } from '../clock.ts'
import { OnpatientError } from '../errors.ts'
import { hashSecret, newId, type Random } from '../secrets.ts'
import { preparedWrite } from '../store/prepared-query.ts'
import type { GrantTable } from '../store/schema/grants.ts'
import type { Db } from '../store/store.ts'
import { createConnectedApps } from './connected-apps.ts'
import { reusedReason } from './end-reasons.ts'
import { userLinksOf } from './grant-confinement.ts'
import { toContextRow } from './grant-context.ts'
import { selectState, stateOf, toGrant } from './grant-state.ts'
import { chooseUserLink, userOfLink } from './grant-user.ts'
import type { Grants, NewAccessToken } from './grants-interface.ts'
import { createTokenOpener } from './open-grant.ts'

export { reusedReason } from './end-reasons.ts'

export type { Grant, GrantConfinement, OpenedGrant } from './grant.ts'
export { chooseOwnLink } from './grant-user.ts'
export type { Grants } from './grants-interface.ts'

const insertToken = preparedWrite(
  (
    db,
    hash: string,
    grantId: string,
    scopes: string,
    issuedAt: number,
    expiresAt: number,
    keyThumbprint: string | null,
  ) =>
    db.insertInto('access_token').values({
      token_hash: hash,
      grant_id: grantId,
      scopes,
      issued_at: issuedAt,
      expires_at: expiresAt,
      jkt: keyThumbprint,
    }),
)

const expiredTokenMemoryMs = 30 * 24 * 3600 * 1000

interface GrantsDeps {
  db: Db
  clock: Clock
  random: Random
  practices: Pick<Practices, 'listAssociations' | 'findRelatedPerson'>
}

export function createGrants({ db, clock, random, practices }: GrantsDeps): Grants {
  const now = () => clock.now().getTime()
  const opener = createTokenOpener(db, clock)
  const connected = createConnectedApps({ db, clock, practices })

  function writeAccessToken({ token, grantId, scopes, expiresAt, keyThumbprint }: NewAccessToken) {
    const key = keyThumbprint ?? null
    return insertToken(db, hashSecret(token), grantId, scopes.join(' '), now(), expiresAt.getTime(), key)
  }

  function ending(reason: string, transaction = db) {
    return transaction
      .updateTable('grant')
      .set({ ended_at: now(), end_reason: reason })
      .where('ended_at', 'is', null)
  }

  async function endWhere(column: 'id' | 'application_id', value: string, reason: string) {
    // One statement: from its commit on, every look-up of every token of these grants is refused in every process.
    await ending(reason).where(column, '=', value).execute()
    opener.forget()
  }

  return {
    async create({ accountId, applicationId, scopes, associationIds, expiresAt, context, signInId }) {
      const row: GrantTable = {
        id: newId('gr', random),
        account_id: accountId,
        application_id: applicationId,
        scopes: scopes.join(' '),
        created_at: now(),
        expires_at: expiresAt?.getTime() ?? null,
        ended_at: null,
        end_reason: null,
        last_used_at: null,
        practice_id: null,
        sign_in_id: signInId ?? null,
      }
      const covered = associationIds.map((id) => ({ grant_id: row.id, association_id: id }))
      await db.transaction().execute(async (trx) => {
        if (signInId !== undefined) {
          await holdSignIn(trx, signInId)
          await holdPanels(trx, associationIds, signInId)
        }
        await trx.insertInto('grant').values(row).execute()
        if (covered.length > 0) await trx.insertInto('grant_association').values(covered).execute()
        if (context) await trx.insertInto('grant_context').values(toContextRow(row.id, context)).execute()
      })
      return toGrant(row)
    },
    async findState(grantId) {
      return stateOf(await selectState(db, grantId))
    },
    listOpen: connected.listOpen,
    listConnected: connected.listConnected,
    async listEndedByReuse(accountId, since) {
      // uses grant_account
      const rows = await db
        .selectFrom('grant')
        .innerJoin('application', 'application.id', 'grant.application_id')
        .select(['grant.id', 'grant.ended_at', 'grant.application_id', 'application.name'])
        .where('grant.account_id', '=', accountId)
        .where('grant.ended_at', '>', since.getTime())
        .where('grant.end_reason', '=', reusedReason)
        .orderBy('grant.ended_at', 'desc')
        .limit(20)
        .execute()
      return rows.map((row) => ({
        id: row.id,
        endedAt: new Date(row.ended_at ?? 0),
        applicationId: row.application_id,
        applicationName: row.name,
      }))
    },
    async end(accountId, grantId, reason) {
      const ended = await ending(reason)
        .where('id', '=', grantId)
        .where('account_id', '=', accountId)
        .where('practice_id', 'is', null)
        .returning('id')
        .executeTakeFirst()
      opener.forget()
      if (!ended) throw new OnpatientError('not-found', 'There is no such open access among yours.')
    },
    async endAllOfApp(accountId, applicationId, reason) {
      // uses grant_account
      const ended = await ending(reason)
        .where('account_id', '=', accountId)
        .where('application_id', '=', applicationId)
        .where('practice_id', 'is', null)
        .returning('id')
        .execute()
      opener.forget()
      if (ended.length === 0)
        throw new OnpatientError('not-found', 'There is no such app among those that you have connected.')
    },
    endByEngine: (grantId, reason) => endWhere('id', grantId, reason),
    async endAllOfAccount(accountId, reason, transaction) {
      // What a practice approved is the practice's: it outlives the password of the administrator who did it.
      await ending(reason, transaction)
        .where('account_id', '=', accountId)
        .where('practice_id', 'is', null)
        .execute()
      opener.forget()
    },
    endAllOfApplication: (applicationId, reason) => endWhere('application_id', applicationId, reason),
    async endAllOfOwner(ownerAccountId, reason, transaction) {
      // uses application_owner, then grant_application
      await ending(reason, transaction)
        .where('application_id', 'in', (eb) =>
          eb
            .selectFrom('application')
            .select('application.id')
            .where('application.owner_account_id', '=', ownerAccountId),
        )
        .execute()
      opener.forget()
    },
    async endApprovalsOf(practiceIds, reason, transaction) {
      if (practiceIds.length === 0) return
      // uses grant_practice
      await ending(reason, transaction).where('practice_id', 'in', practiceIds).execute()
      opener.forget()
    },
    async endAllOfStaff(practiceId, reason, transaction) {
      // uses association_practice, then grant_account
      await ending(reason, transaction)
        .where('practice_id', 'is', null)
        .where('account_id', 'in', (eb) =>
          eb
            .selectFrom('association')
            .select('association.account_id')
            .where('association.practice_id', '=', practiceId)
            .where('association.role', 'in', ['provider', 'staff']),
        )
        // uses the primary keys
        .where((where) =>
          where.exists((eb) =>
            eb
              .selectFrom('grant_association')
              .innerJoin('association', 'association.id', 'grant_association.association_id')
              .select('association.id')
              .whereRef('grant_association.grant_id', '=', 'grant.id')
              .where('association.practice_id', '=', practiceId)
              .where('association.role', 'in', ['provider', 'staff']),
          ),
        )
        .execute()
      opener.forget()
    },
    async storeAccessToken(token) {
      await db.executeQuery(writeAccessToken(token))
    },
    writeAccessToken,
    async findUser(grantId) {
      const rows = await selectState(db, grantId)
      const link = chooseUserLink(userLinksOf(rows))
      if (link?.role !== 'proxy' || link.relatedPersonId !== undefined) return userOfLink(link)
      const associations = await practices.listAssociations(rows[0]?.account_id ?? '')
      const association = associations.find(({ id }) => id === link.id)
      const relatedPersonId = association && (await practices.findRelatedPerson(association))
      if (relatedPersonId !== undefined) opener.forget()
      return userOfLink({ ...link, relatedPersonId })
    },
    open: opener.open,
    forgetOpened: opener.forget,
    async sweep() {
      // uses access_token_expiry
      await db
        .deleteFrom('access_token')
        .where('expires_at', '<=', now() - expiredTokenMemoryMs)
        .execute()
    },
  }
}

/**
 * A change of the password ends the sign-ins, then the grants. This writes, so that it waits for one that is under way; the
 * next one waits for the caller's transaction, and ends its grant, too.
 */
async function holdSignIn(trx: Db, signInId: string): Promise<void> {
  // uses the primary key
  const open = await trx
    .updateTable('sign_in')
    .set((eb) => ({ last_seen_at: eb.ref('last_seen_at') }))
    .where('id', '=', signInId)
    .returning('id')
    .executeTakeFirst()
  if (!open)
    throw new OnpatientError('sign-in-required', 'You were signed out in the meantime. Sign in again.')
}

/** The same for a practice that turns the second step on: it ends what was given before, and nothing is given after without. */
async function holdPanels(trx: Db, associationIds: readonly string[], signInId: string): Promise<void> {
  if (associationIds.length === 0) return
  // uses the primary keys
  const panels = await trx
    .updateTable('practice')
    .set((eb) => ({ requires_second_step: eb.ref('requires_second_step') }))
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('association')
        .select('association.practice_id')
        .where('association.id', 'in', associationIds)
        .where('association.role', 'in', ['provider', 'staff']),
    )
    .returning('requires_second_step')
    .execute()
  if (panels.every((panel) => panel.requires_second_step === 0)) return
  const signIn = await trx
    .selectFrom('sign_in')
    .select('factor_at')
    .where('id', '=', signInId)
    .executeTakeFirst()
  if (signIn?.factor_at == null)
    throw new OnpatientError(
      'second-step-required',
      'This practice asks its staff for a second step at sign-in. Set one up in Settings → Security.',
    )
}

export {
  type Approval,
  type ApprovalRequest,
  type Approvals,
  type ChangeOfApproved,
  createApprovals,
  isAllowedBy,
} from './approvals.ts'
export type { OpenGrant } from './connected-apps.ts'
export type { ContextReference } from './grant-context.ts'
export { formatReferences, parseReferences } from './grant-context.ts'

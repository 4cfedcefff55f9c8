import { OnpatientError } from '../errors.ts'
import type { Db } from '../store/store.ts'
import type { EndDeps } from './grants-deps.ts'

/** One statement ends grants: from its commit on, every look-up of their tokens is refused in every process. */
function ending({ db, clock }: EndDeps, reason: string, transaction: Db = db) {
  return transaction
    .updateTable('grant')
    .set({ ended_at: clock.now().getTime(), end_reason: reason })
    .where('ended_at', 'is', null)
}

export async function endGrant(
  deps: EndDeps,
  { accountId, grantId, reason }: { accountId: string; grantId: string; reason: string },
): Promise<void> {
  const ended = await ending(deps, reason)
    .where('id', '=', grantId)
    .where('account_id', '=', accountId)
    .where('practice_id', 'is', null)
    .returning('id')
    .executeTakeFirst()
  deps.forget()
  if (!ended) throw new OnpatientError('not-found', 'There is no such open access among yours.')
}

export async function endAllOfApp(
  deps: EndDeps,
  { accountId, applicationId, reason }: { accountId: string; applicationId: string; reason: string },
): Promise<void> {
  // uses grant_account
  const { numUpdatedRows } = await ending(deps, reason)
    .where('account_id', '=', accountId)
    .where('application_id', '=', applicationId)
    .where('practice_id', 'is', null)
    .executeTakeFirst()
  deps.forget()
  if (numUpdatedRows === 0n)
    throw new OnpatientError('not-found', 'There is no such app among those that you have connected.')
}

export async function endByEngine(
  deps: EndDeps,
  { grantId, reason }: { grantId: string; reason: string },
): Promise<void> {
  await ending(deps, reason).where('id', '=', grantId).execute()
  deps.forget()
}

export async function endAllOfApplication(
  deps: EndDeps,
  { applicationId, reason }: { applicationId: string; reason: string },
): Promise<void> {
  await ending(deps, reason).where('application_id', '=', applicationId).execute()
  deps.forget()
}

/** Keeps what a practice approved: that is the practice's, and outlives the password of the administrator who approved it. */
export async function endAllOfAccount(
  deps: EndDeps,
  { accountId, reason, transaction }: { accountId: string; reason: string; transaction?: Db | undefined },
): Promise<void> {
  await ending(deps, reason, transaction)
    .where('account_id', '=', accountId)
    .where('practice_id', 'is', null)
    .execute()
  deps.forget()
}

export async function endAllOfOwner(
  deps: EndDeps,
  { ownerAccountId, reason, transaction }: { ownerAccountId: string; reason: string; transaction: Db },
): Promise<void> {
  // uses application_owner, then grant_application
  await ending(deps, reason, transaction)
    .where('application_id', 'in', (eb) =>
      eb
        .selectFrom('application')
        .select('application.id')
        .where('application.owner_account_id', '=', ownerAccountId),
    )
    .execute()
  deps.forget()
}

export async function endApprovalsOf(
  deps: EndDeps,
  { practiceIds, reason, transaction }: { practiceIds: readonly string[]; reason: string; transaction: Db },
): Promise<void> {
  if (practiceIds.length === 0) return
  // uses grant_practice
  await ending(deps, reason, transaction).where('practice_id', 'in', practiceIds).execute()
  deps.forget()
}

export async function endAllOfStaff(
  deps: EndDeps,
  { practiceId, reason, transaction }: { practiceId: string; reason: string; transaction: Db },
): Promise<void> {
  // uses association_practice, then grant_account
  await ending(deps, reason, transaction)
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
  deps.forget()
}

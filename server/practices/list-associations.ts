import type { Db } from '../store/store.ts'
import type { Association, Practice, ReachingSignIn } from './practice.ts'
import { practiceColumns, toAssociation } from './practice-row.ts'
import type { PracticesDeps } from './practices-deps.ts'

/** Associations that are open, with their practice. */
export function selectOpenAssociations(db: Db) {
  return db
    .selectFrom('association')
    .innerJoin('practice', 'practice.id', 'association.practice_id')
    .selectAll('association')
    .select(practiceColumns)
    .where('association.ended_at', 'is', null)
}

/**
 * All open associations of an account, oldest first. The list has no limit: access is decided by it, and a list that is cut would
 * close records without a word.
 */
export async function listAssociations(
  { db }: Pick<PracticesDeps, 'db'>,
  accountId: string,
): Promise<Association[]> {
  // uses association_account
  const rows = await selectOpenAssociations(db)
    .where('association.account_id', '=', accountId)
    .orderBy('association.created_at')
    .orderBy('association.id')
    .execute()
  return rows.map(toAssociation)
}

export async function listReachable(
  deps: Pick<PracticesDeps, 'db'>,
  signIn: ReachingSignIn,
): Promise<Association[]> {
  const associations = await listAssociations(deps, signIn.accountId)
  return associations.filter((each) => isReachedIn(signIn, each))
}

export async function listWaiting(
  deps: Pick<PracticesDeps, 'db'>,
  signIn: ReachingSignIn,
): Promise<Practice[]> {
  const associations = await listAssociations(deps, signIn.accountId)
  const waiting = associations.filter((each) => !isReachedIn(signIn, each))
  return [...new Map(waiting.map(({ practice }) => [practice.id, practice])).values()]
}

/** The only place that decides how far a sign-in without a second step reaches. */
function isReachedIn({ isTwoStep }: ReachingSignIn, { practice, role }: Association): boolean {
  return isTwoStep || !practice.requiresSecondStep || role === 'patient' || role === 'proxy'
}

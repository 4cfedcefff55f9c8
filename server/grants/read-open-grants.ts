import type { Association } from '#server/practices/practices.ts'
import type { Grant } from './grant.ts'
import type { GrantContext } from './grant-context.ts'
import { toGrant } from './grant-state.ts'
import type { GrantsDeps } from './grants-deps.ts'

/** A grant as its owner sees it. */
export interface OpenGrant extends Grant {
  applicationName: string
  applicationOwner: string
  /** The associations that are still open. */
  associations: Association[]
  /** Set when the grant is about one patient. */
  context: Pick<GrantContext, 'patientId' | 'reachesPanel'> | undefined
}

/** The grants with these ids, newest first, with all that their owner sees of them. */
export async function readOpenGrants(
  { db, practices }: Pick<GrantsDeps, 'db' | 'practices'>,
  { accountId, ids }: { accountId: string; ids: readonly string[] },
): Promise<OpenGrant[]> {
  if (ids.length === 0) return []
  // uses the primary keys
  const rows = await db
    .selectFrom('grant')
    .innerJoin('application', 'application.id', 'grant.application_id')
    .innerJoin('account', 'account.id', 'application.owner_account_id')
    .leftJoin('grant_context', 'grant_context.grant_id', 'grant.id')
    .selectAll('grant')
    .select(['application.name as application_name', 'account.display_name as application_owner'])
    .select(['grant_context.patient_id', 'grant_context.reaches_panel'])
    .where('grant.id', 'in', ids)
    .orderBy('grant.created_at', 'desc')
    .orderBy('grant.id')
    .execute()
  const covered = await db
    .selectFrom('grant_association')
    .select(['grant_id', 'association_id'])
    .where('grant_id', 'in', ids)
    .execute()
  const coveredBy = Map.groupBy(covered, ({ grant_id }) => grant_id)
  const associations = new Map(
    (await practices.listAssociations(accountId)).map((each) => [each.id, each] as const),
  )
  return rows.map((row) => ({
    ...toGrant(row),
    applicationName: row.application_name,
    applicationOwner: row.application_owner,
    context:
      row.patient_id === null
        ? undefined
        : { patientId: row.patient_id, reachesPanel: row.reaches_panel === 1 },
    associations: (coveredBy.get(row.id) ?? []).flatMap(
      ({ association_id }) => associations.get(association_id) ?? [],
    ),
  }))
}

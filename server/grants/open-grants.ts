import type { GrantsDeps } from './grants-deps.ts'

type SelectDeps = Pick<GrantsDeps, 'db' | 'clock'>

/** Grants of an account that it has not ended and that have not expired. Uses grant_account. */
export function selectOpenGrants({ db, clock }: SelectDeps, accountId: string) {
  return db
    .selectFrom('grant')
    .where('grant.account_id', '=', accountId)
    .where('grant.practice_id', 'is', null)
    .where('grant.ended_at', 'is', null)
    .where((eb) =>
      eb.or([eb('grant.expires_at', 'is', null), eb('grant.expires_at', '>', clock.now().getTime())]),
    )
}

const grantsOfApp = 100

/** The ids of the newest hundred open grants of each of these applications. */
export async function selectNewestGrants(
  deps: SelectDeps,
  { accountId, applicationIds }: { accountId: string; applicationIds: readonly string[] },
): Promise<string[]> {
  if (applicationIds.length === 0) return []
  const rows = await deps.db
    .selectFrom(
      selectOpenGrants(deps, accountId)
        .where('grant.application_id', 'in', applicationIds)
        .select('grant.id')
        .select((eb) =>
          eb.fn
            .agg<number>('row_number')
            .over((over) =>
              over
                .partitionBy('grant.application_id')
                .orderBy('grant.created_at', 'desc')
                .orderBy('grant.id'),
            )
            .as('place'),
        )
        .as('newest'),
    )
    .select('newest.id')
    .where('newest.place', '<=', grantsOfApp)
    .execute()
  return rows.map(({ id }) => id)
}

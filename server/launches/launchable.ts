import { type Association, reachesPanel } from '#server/practices/practices.ts'
import type { LaunchableApplication, LaunchesDeps } from './launches-interface.ts'

const mostLaunchable = 100

/**
 * Anybody may register an application, so a launch URL alone puts it into nobody's menu. An account finds there what it owns,
 * what it has connected and, at the desk of a practice, what the providers and staff of the practice own.
 */
export async function listLaunchable(
  { db }: Pick<LaunchesDeps, 'db'>,
  { accountId, practice, role }: Association,
): Promise<LaunchableApplication[]> {
  // uses application_owner, and grant_account for what is connected
  const rows = await db
    .selectFrom('application')
    .innerJoin('account', 'account.id', 'application.owner_account_id')
    .select(['application.id', 'application.name', 'application.launch_uri', 'account.display_name'])
    .where('application.deleted_at', 'is', null)
    .where('application.launch_uri', 'is not', null)
    .where((eb) =>
      eb.or([
        eb('application.owner_account_id', '=', accountId),
        // uses association_practice
        ...(reachesPanel({ role })
          ? [
              eb(
                'application.owner_account_id',
                'in',
                eb
                  .selectFrom('association')
                  .select('association.account_id')
                  .where('association.practice_id', '=', practice.id)
                  .where('association.role', 'in', ['provider', 'staff'])
                  .where('association.ended_at', 'is', null),
              ),
            ]
          : []),
        eb(
          'application.id',
          'in',
          eb
            .selectFrom('grant')
            .select('grant.application_id')
            .where('grant.account_id', '=', accountId)
            .where('grant.practice_id', 'is', null)
            .where('grant.ended_at', 'is', null),
        ),
      ]),
    )
    .orderBy('application.name')
    .orderBy('application.id')
    .limit(mostLaunchable)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    ownerName: row.display_name,
    launchUri: row.launch_uri ?? '',
  }))
}

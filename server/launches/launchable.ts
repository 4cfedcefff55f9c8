import { type Association, reachesPanel } from '#server/practices/practices.ts'
import { comesAfter } from '../store/comes-after.ts'
import type { Db } from '../store/store.ts'
import type { LaunchableApplication, LaunchablePage } from './launches-interface.ts'

const pageSize = 100

/**
 * Anybody may register an application, so a launch URL alone puts it into nobody's menu. An account finds there the applications that it
 * owns or has connected. At the desk of a practice it also finds the applications of the practice's providers and staff.
 */
function selectLaunchable(db: Db, { accountId, practice, role }: Association) {
  // uses application_owner, and grant_account for what is connected
  return db
    .selectFrom('application')
    .innerJoin('account', 'account.id', 'application.owner_account_id')
    .select(['application.id', 'application.name', 'application.launch_uri', 'account.display_name'])
    .where('application.deleted_at', 'is', null)
    .where('application.launch_uri', 'is not', null)
    .where((eb) =>
      eb.or([
        eb('application.owner_account_id', '=', accountId),
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
      ]),
    )
}

/** A page of them by name. A page after an unknown id is the first one. */
export async function listLaunchable(
  { db }: { db: Db },
  association: Association,
  after?: string,
): Promise<LaunchablePage> {
  const place =
    after === undefined
      ? undefined
      : await db
          .selectFrom('application')
          .select(['name as first', 'id'])
          .where('id', '=', after)
          .executeTakeFirst()
  const rows = await selectLaunchable(db, association)
    .where(comesAfter(['application.name', 'application.id'], place))
    .orderBy('application.name')
    .orderBy('application.id')
    .limit(pageSize + 1)
    .execute()
  const applications = rows.slice(0, pageSize).map(toLaunchable)
  return { applications, next: rows.length > pageSize ? applications.at(-1)?.id : undefined }
}

export async function findLaunchable(
  { db }: { db: Db },
  association: Association,
  applicationId: string,
): Promise<LaunchableApplication | undefined> {
  const row = await selectLaunchable(db, association)
    .where('application.id', '=', applicationId)
    .executeTakeFirst()
  return row && toLaunchable(row)
}

function toLaunchable(row: {
  id: string
  name: string
  launch_uri: string | null
  display_name: string
}): LaunchableApplication {
  return { id: row.id, name: row.name, ownerName: row.display_name, launchUri: row.launch_uri ?? '' }
}

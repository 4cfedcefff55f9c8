import type { Association, Practices } from '#server/practices/practices.ts'
import type { Clock } from '../clock.ts'
import type { Db } from '../store/store.ts'
import type { Grant } from './grant.ts'
import type { GrantContext } from './grant-context.ts'
import { toGrant } from './grant-state.ts'

/** A grant as its owner sees it. */
export interface OpenGrant extends Grant {
  applicationName: string
  applicationOwner: string
  /** Those that are still open. */
  associations: Association[]
  /** Of a grant that is about one patient. */
  context: Pick<GrantContext, 'patientId' | 'reachesPanel'> | undefined
}

/** All that an account gave one application, however often it was connected. */
export interface ConnectedApp {
  application: { id: string; name: string; owner: string }
  /** How many grants there are; `grants` has the newest hundred. */
  count: number
  connectedAt: Date
  /** When the last of them ends by itself; undefined: not before the person ends it. */
  expiresAt: Date | undefined
  lastUsedAt: Date | undefined
  grants: OpenGrant[]
}

/** What an account has allowed applications and not ended. */
export interface ConnectedApps {
  /** The newest grants, five hundred at most, newest first. */
  listOpen(accountId: string): Promise<OpenGrant[]>
  /** One entry for each application, the last connected first, 25 at a time. */
  listConnected(accountId: string, offset: number): Promise<{ apps: ConnectedApp[]; hasMore: boolean }>
}

const mostOpen = 500
const appsAtOnce = 25
const grantsOfApp = 100

interface ConnectedAppsDeps {
  db: Db
  clock: Clock
  practices: Pick<Practices, 'listAssociations'>
}

export function createConnectedApps({ db, clock, practices }: ConnectedAppsDeps): ConnectedApps {
  /** Uses grant_account. */
  function openGrants(accountId: string) {
    return db
      .selectFrom('grant')
      .where('grant.account_id', '=', accountId)
      .where('grant.practice_id', 'is', null)
      .where('grant.ended_at', 'is', null)
      .where((eb) =>
        eb.or([eb('grant.expires_at', 'is', null), eb('grant.expires_at', '>', clock.now().getTime())]),
      )
  }

  async function readGrants(accountId: string, ids: readonly string[]): Promise<OpenGrant[]> {
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

  /** The newest of each of these applications. */
  async function findNewest(accountId: string, applicationIds: readonly string[]): Promise<string[]> {
    if (applicationIds.length === 0) return []
    const rows = await db
      .selectFrom(
        openGrants(accountId)
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

  return {
    async listOpen(accountId) {
      const rows = await openGrants(accountId)
        .select('grant.id')
        .orderBy('grant.created_at', 'desc')
        .orderBy('grant.id')
        .limit(mostOpen)
        .execute()
      return readGrants(
        accountId,
        rows.map(({ id }) => id),
      )
    },
    async listConnected(accountId, offset) {
      const groups = await openGrants(accountId)
        .select('grant.application_id')
        .select(({ fn }) => [
          fn.countAll<number>().as('count'),
          fn.count<number>('grant.expires_at').as('ending'),
          fn.max('grant.expires_at').as('expires_at'),
          fn.max('grant.last_used_at').as('last_used_at'),
          fn.min('grant.created_at').as('first_at'),
          fn.max('grant.created_at').as('last_at'),
        ])
        .groupBy('grant.application_id')
        .orderBy('last_at', 'desc')
        .orderBy('grant.application_id')
        .limit(appsAtOnce + 1)
        .offset(offset)
        .execute()
      const shown = groups.slice(0, appsAtOnce)
      const ids = shown.map(({ application_id }) => application_id)
      const grants = await readGrants(accountId, await findNewest(accountId, ids))
      const byApp = Map.groupBy(grants, ({ applicationId }) => applicationId)
      const apps = shown.flatMap(({ application_id: id, ...group }) => {
        const inside = byApp.get(id) ?? []
        const [newest] = inside
        // Ended between the two statements.
        if (!newest) return []
        const { applicationName: name, applicationOwner: owner } = newest
        const isEndless = Number(group.ending) < Number(group.count)
        return [
          {
            application: { id, name, owner },
            count: Number(group.count),
            connectedAt: new Date(Number(group.first_at)),
            expiresAt: isEndless ? undefined : new Date(Number(group.expires_at)),
            lastUsedAt: group.last_used_at === null ? undefined : new Date(Number(group.last_used_at)),
            grants: inside,
          },
        ]
      })
      return { apps, hasMore: groups.length > appsAtOnce }
    },
  }
}

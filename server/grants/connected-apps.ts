import type { GrantsDeps } from './grants-deps.ts'
import { selectNewestGrants, selectOpenGrants } from './open-grants.ts'
import { type OpenGrant, readOpenGrants } from './read-open-grants.ts'

/** All that an account gave one application, however often the application was connected. */
export interface ConnectedApp {
  application: { id: string; name: string; owner: string }
  /** The number of grants; `grants` has the newest hundred. */
  count: number
  connectedAt: Date
  /** When the last of them ends by itself; undefined: not before the person ends it. */
  expiresAt: Date | undefined
  lastUsedAt: Date | undefined
  grants: OpenGrant[]
}

const appsAtOnce = 25

/** One entry for each application, the last connected first, 25 at a time. */
export async function listConnectedApps(
  deps: Pick<GrantsDeps, 'db' | 'clock' | 'practices'>,
  { accountId, offset }: { accountId: string; offset: number },
): Promise<{ apps: ConnectedApp[]; hasMore: boolean }> {
  const groups = await selectGroups(deps, accountId)
    .limit(appsAtOnce + 1)
    .offset(offset)
    .execute()
  const shown = groups.slice(0, appsAtOnce)
  const applicationIds = shown.map(({ application_id }) => application_id)
  const newest = await selectNewestGrants(deps, { accountId, applicationIds })
  const byApp = Map.groupBy(
    await readOpenGrants(deps, { accountId, ids: newest }),
    ({ applicationId }) => applicationId,
  )
  // An application may have lost its grants between the statements.
  const apps = shown.flatMap((group) => toConnectedApp(group, byApp.get(group.application_id) ?? []))
  return { apps, hasMore: groups.length > appsAtOnce }
}

function selectGroups(deps: Pick<GrantsDeps, 'db' | 'clock'>, accountId: string) {
  return selectOpenGrants(deps, accountId)
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
}

type Group = Awaited<ReturnType<ReturnType<typeof selectGroups>['execute']>>[number]

function toConnectedApp({ application_id: id, ...group }: Group, grants: OpenGrant[]): ConnectedApp[] {
  const [newest] = grants
  if (!newest) return []
  const isEndless = Number(group.ending) < Number(group.count)
  return [
    {
      application: { id, name: newest.applicationName, owner: newest.applicationOwner },
      count: Number(group.count),
      connectedAt: new Date(Number(group.first_at)),
      expiresAt: isEndless ? undefined : new Date(Number(group.expires_at)),
      lastUsedAt: group.last_used_at === null ? undefined : new Date(Number(group.last_used_at)),
      grants,
    },
  ]
}

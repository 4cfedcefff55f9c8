import type { Grants } from '#server/grants/grants.ts'

/** What an account has allowed applications and not ended. */
export async function listOpenGrants(grants: Pick<Grants, 'listConnected'>, accountId: string) {
  const { apps } = await grants.listConnected(accountId, 0)
  return apps.flatMap((app) => app.grants)
}

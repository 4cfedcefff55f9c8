import { OnpatientError } from '../errors.ts'
import { preparedQuery } from '../store/prepared-query.ts'
import type { Application } from './application.ts'
import { toApplication } from './application-row.ts'
import type { ApplicationsDeps } from './applications-deps.ts'
import { isPlainHttp } from './redirect-uri.ts'

// uses the primary key
const selectApplication = preparedQuery((db, id: string) =>
  db.selectFrom('application').selectAll().where('id', '=', id).where('deleted_at', 'is', null),
)

export async function findApplication(
  { db }: Pick<ApplicationsDeps, 'db'>,
  applicationId: string,
): Promise<Application | undefined> {
  const [row] = await selectApplication(db, applicationId)
  return row && toApplication(row)
}

/** Another account's application gets the same `not-found` as no application. */
export async function getOwned(
  deps: Pick<ApplicationsDeps, 'db'>,
  { ownerAccountId, applicationId }: { ownerAccountId: string; applicationId: string },
): Promise<Application> {
  const application = await findApplication(deps, applicationId)
  if (application?.ownerAccountId === ownerAccountId) return application
  throw new OnpatientError('not-found', 'There is no such application among yours.')
}

const rowsAtOnce = 500

/** For the start and for checks by the operator: looks at all applications, some at a time. */
export async function findPlainRedirects({
  db,
}: Pick<ApplicationsDeps, 'db'>): Promise<Array<Pick<Application, 'id' | 'name'>>> {
  const found: Array<{ id: string; name: string; createdAt: number }> = []
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('application')
      .select(['id', 'name', 'redirect_uris', 'created_at'])
      .where('deleted_at', 'is', null)
      .where('redirect_uris', 'like', '%http://%')
      .where('id', '>', after)
      .orderBy('id')
      .limit(rowsAtOnce)
      .execute()
    for (const { id, name, redirect_uris, created_at } of rows)
      if ((JSON.parse(redirect_uris) as string[]).some(isPlainHttp))
        found.push({ id, name, createdAt: created_at })
    const last = rows.at(-1)
    if (last === undefined || rows.length < rowsAtOnce) break
    after = last.id
  }
  return found.toSorted((a, b) => a.createdAt - b.createdAt).map(({ id, name }) => ({ id, name }))
}

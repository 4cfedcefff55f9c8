import type { Application } from '#server/applications/applications.ts'
import { OnpatientError } from '../../errors.ts'
import type { ApprovalsDeps } from './approvals-deps.ts'

/** Throws `not-found`, and `invalid-parameter` for an application without system scopes. */
export async function getBackendService(
  { applications }: Pick<ApprovalsDeps, 'applications'>,
  applicationId: string,
): Promise<Application> {
  const application = await applications.find(applicationId)
  if (!application)
    throw new OnpatientError('not-found', 'There is no application with this client id.', {
      field: 'applicationId',
    })
  if (application.isBackend) return application
  throw new OnpatientError(
    'invalid-parameter',
    `${application.name} is no backend service: it is not registered for any scope such as system/*.rs.`,
    { field: 'applicationId' },
  )
}

/** Throws `not-found`. */
export async function assertPractice({ db }: Pick<ApprovalsDeps, 'db'>, practiceId: string): Promise<void> {
  const row = await db.selectFrom('practice').select('id').where('id', '=', practiceId).executeTakeFirst()
  if (!row)
    throw new OnpatientError('not-found', 'There is no practice with this id.', { field: 'practiceId' })
}

export function systemScopesOf(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => scope.startsWith('system/'))
}

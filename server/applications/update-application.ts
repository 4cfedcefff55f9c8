import type { Application, ApplicationForm, Warning } from './application.ts'
import { changesApproved, keepChange, splitChange } from './application-changes.ts'
import { checkApplicationForm } from './application-form.ts'
import { columnsOf, withNameKey } from './application-row.ts'
import { endSecrets } from './application-secrets.ts'
import { type ApplicationsDeps, formLimitsOf, keyLimitsOf } from './applications-deps.ts'
import { checkAuthentication } from './authentication-form.ts'
import { getOwned } from './find-application.ts'
import { warnAboutRedirectUris } from './redirect-uri.ts'

export async function updateApplication(
  deps: ApplicationsDeps,
  {
    ownerAccountId,
    applicationId,
    form,
  }: { ownerAccountId: string; applicationId: string; form: ApplicationForm },
): Promise<{ application: Application; warnings: Warning[] }> {
  const { db, clock, random } = deps
  const current = await getOwned(deps, { ownerAccountId, applicationId })
  const before = columnsOf(current, current)
  const given = checkChange(deps, current, form)
  const waits = (await deps.isApproved?.(applicationId)) ?? false
  const { now: columns, later } = waits ? splitChange(before, given) : { now: given, later: undefined }
  await db
    .updateTable('application')
    .set({ ...withNameKey(columns), updated_at: clock.now().getTime() })
    .where('id', '=', applicationId)
    .where('owner_account_id', '=', ownerAccountId)
    .execute()
  // Secrets must not come back to life when the application returns to them one day.
  if (columns.authentication !== 'secret') await endSecrets(deps, applicationId)
  // A change of other fields, such as a redirect URI, does not take back the values that wait.
  if (later || changesApproved(before, columns)) await keepChange(db, applicationId, later, { clock, random })
  const application = await getOwned(deps, { ownerAccountId, applicationId })
  const warnings = warnAboutRedirectUris(application.redirectUris, deps.allowsPlainRedirects ?? false)
  return { application, warnings }
}

/** The columns after the change. The form leaves out what stays. */
function checkChange(deps: ApplicationsDeps, current: Application, form: ApplicationForm) {
  // A public application has no secret and a confidential one must have one, so the kind is fixed at registration.
  const complete = { ...form, kind: current.kind }
  const checked = checkApplicationForm(
    {
      ...complete,
      authentication: form.authentication ?? current.authentication,
      postLogoutRedirectUris: form.postLogoutRedirectUris ?? current.postLogoutRedirectUris,
    },
    formLimitsOf(deps),
  )
  return columnsOf(checked, checkAuthentication(complete, keyLimitsOf(deps), current))
}

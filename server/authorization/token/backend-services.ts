/** SMART App Launch 2.2, backend services: client_credentials for services that a practice approved. */
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import { parseClinicalScope, splitScopes } from '#fhir/scope/scope.ts'
import type { Application } from '#server/applications/applications.ts'
import { type Approval, type Approvals, isAllowedBy } from '#server/grants/grants.ts'

/** As SMART recommends. There is no refresh token: the service asks for a new token instead. */
export const backendTokenSeconds = 300

export interface BackendServices {
  /**
   * The requested system scopes that this token request gets: those that the application is registered for and the practice approved.
   * Throws the engine's `invalid_scope`, `invalid_request` or `unauthorized_client`.
   */
  chooseScopes(ctx: KoaContextWithOIDC, application: Application): Promise<string[]>
  /** The approval that the token of this request belongs to. */
  findChosen(ctx: object): string | undefined
}

export function createBackendServices({
  approvals,
}: {
  approvals: Pick<Approvals, 'list' | 'find' | 'isApproved'>
}): BackendServices {
  const chosen = new WeakMap<object, string>()
  return {
    findChosen: (ctx) => chosen.get(ctx),
    async chooseScopes(ctx, application) {
      const asked = readScopes(ctx.oidc.params?.scope)
      const practiceId = (ctx.oidc.body as Record<string, unknown> | undefined)?.practice
      const approval = await chooseApproval(approvals, application.id, practiceId)
      const granted = asked.filter(
        (scope) => isAllowedBy(scope, application.scopes) && isAllowedBy(scope, approval.scopes),
      )
      if (granted.length === 0)
        throw new errors.InvalidScope(
          `${approval.practiceName} approved: ${approval.scopes.join(' ')}. The application is registered for: ${application.scopes.join(' ')}. Ask for what is in both.`,
          asked.join(' ').slice(0, 200),
        )
      chosen.set(ctx, approval.id)
      return granted
    },
  }
}

/** There is no default: a service must say what it needs. */
function readScopes(given: unknown): string[] {
  const asked = splitScopes(typeof given === 'string' ? given : '')
  if (asked.length === 0)
    throw new errors.InvalidScope('Say what is needed in "scope", for example: system/Observation.rs', '')
  const foreign = asked.find((scope) => parseClinicalScope(scope)?.context !== 'system')
  if (foreign !== undefined)
    throw new errors.InvalidScope(
      `"${foreign.slice(0, 100)}" cannot be given to a backend service, which acts for nobody: ask for system scopes alone, such as system/Observation.rs.`,
      foreign.slice(0, 100),
    )
  return asked
}

/** The approval of the practice that the request names; without a name, the only one. */
async function chooseApproval(
  approvals: Pick<Approvals, 'list' | 'find' | 'isApproved'>,
  applicationId: string,
  practiceId: unknown,
): Promise<Approval> {
  if (practiceId !== undefined) {
    const named =
      typeof practiceId === 'string' ? await approvals.find({ applicationId, practiceId }) : undefined
    if (named) return named
    if (await approvals.isApproved(applicationId))
      throw unauthorized('The practice named by "practice" has not approved this backend service.')
  }
  const { entries: open, next } = await approvals.list({ applicationId })
  const [only, another] = open
  if (only === undefined)
    throw unauthorized(
      'No practice has approved this backend service, or the approval was ended. Ask a practice in the settings of the application.',
    )
  if (another === undefined) return only
  const listed = open.map((each) => `${each.practiceId} (${each.practiceName})`).join(', ')
  throw Object.assign(new errors.InvalidRequest('several practices'), {
    error_description: `Several practices approved this service, and a token reaches one. Name it in the form field "practice": ${listed}${next === undefined ? '' : ' and others'}`,
  })
}

function unauthorized(words: string): Error {
  return Object.assign(new errors.UnauthorizedClient(words), { error_description: words })
}

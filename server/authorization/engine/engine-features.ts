import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { splitScopes } from '#fhir/scope/scope.ts'
import { hasClinicalScope, narrowRequestedScopes } from '../requested-scopes.ts'
import type { BackendServices } from '../token/backend-services.ts'
import { mayIntrospect } from '../token/introspection-answer.ts'
import type { EngineDeps } from './engine-deps.ts'

interface FeatureDeps extends Pick<EngineDeps, 'applications' | 'fhirUrl'> {
  backends: BackendServices
}

export function featuresOf({
  applications,
  fhirUrl,
  backends,
}: FeatureDeps): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    // RFC 7009 §2.1: to every other client the token does not exist.
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    introspection: {
      enabled: true,
      // The engine's default would let any confidential client read any token.
      allowedPolicy: (_ctx, client, token) => mayIntrospect(client, token),
    },
    clientCredentials: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    dPoP: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => fhirUrl,
      useGrantedResource: async () => true,
      getResourceServerInfo: (ctx, resource, client) =>
        describeResource({ applications, fhirUrl, backends }, ctx, { resource, clientId: client.clientId }),
    },
  }
}

/** The scopes that a request gets for the one resource server. Throws the engine's `invalid_target` and `invalid_scope`. */
async function describeResource(
  { applications, fhirUrl, backends }: FeatureDeps,
  ctx: KoaContextWithOIDC,
  { resource, clientId }: { resource: string; clientId: string },
) {
  if (resource !== fhirUrl)
    throw new errors.InvalidTarget(`The only resource here is ${fhirUrl}. Leave "resource" out.`)
  const server = { audience: fhirUrl, accessTokenFormat: 'opaque' } as const
  const application = await applications.find(clientId)
  if (application && ctx.oidc.params?.grant_type === 'client_credentials')
    return { scope: (await backends.chooseScopes(ctx, application)).join(' '), ...server }
  const { params, entities } = ctx.oidc
  const asked = [params?.scope, entities.AuthorizationCode?.scope, entities.RefreshToken?.scope]
  const scopes = application ? narrowRequestedScopes(asked.filter(Boolean).join(' '), application) : []
  // Sign-in alone opens no record, and needs no scope for records.
  if (hasClinicalScope(scopes) || scopes.includes('openid')) return { scope: scopes.join(' '), ...server }
  throw new errors.InvalidScope(
    `None of the requested scopes opens a record.${describeCommas(params?.scope)} This application may ask for: ${application?.scopes.join(' ')}, and openid with fhirUser, profile and email`,
    splitScopes(String(params?.scope ?? ''))
      .join(' ')
      .slice(0, 200),
  )
}

/** Some libraries join scopes by commas; RFC 6749 §3.3 wants spaces. */
function describeCommas(scope: unknown): string {
  return typeof scope === 'string' && scope.includes(',')
    ? ' Scopes are separated by spaces, not by commas.'
    : ''
}

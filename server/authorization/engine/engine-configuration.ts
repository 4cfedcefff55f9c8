import type { Configuration } from 'oidc-provider'
import { claimsByScope, contextScopes } from '#fhir/scope/context-scopes.ts'
import { proofAlgorithms } from '#server/access/access.ts'
import { assertionAlgorithms } from '#server/applications/applications.ts'
import { idTokenSeconds, type SigningKey } from '#server/keys/keys.ts'
import { launchParameters } from '../authorize/launch-parameters.ts'
import { createPromptPolicy } from '../authorize/prompt-policy.ts'
import { backendTokenSeconds, createBackendServices } from '../token/backend-services.ts'
import { assertAssertion, clockSkewSeconds } from '../token/client-assertion.ts'
import type { AdapterDeps } from './adapter-deps.ts'
import { answeringStoreFailure } from './answering-store-failures.ts'
import { findEngineAccount } from './engine-account.ts'
import { type EngineDeps, tokenLifetimes } from './engine-deps.ts'
import { featuresOf } from './engine-features.ts'
import { createAdapter } from './oidc-adapter.ts'
import { getsRefreshToken } from './refresh-tokens.ts'
import { renderRefusal } from './render-refusal.ts'
import { interactionSeconds } from './stored-payload.ts'

/** The settings of oidc-provider. Pitfalls and reasons: docs/decisions/0002. */
export function configurationOf(deps: EngineDeps & AdapterDeps, keys: SigningKey[]): Configuration {
  const backends = createBackendServices(deps)
  return {
    adapter: createAdapter(deps),
    routes: {
      authorization: '/o/authorize/',
      token: '/o/token/',
      revocation: '/o/revoke/',
      introspection: '/o/introspect/',
      pushed_authorization_request: '/o/par/',
      jwks: '/.well-known/jwks.json',
      end_session: '/o/logout/',
    },
    jwks: { keys },
    discovery: discoveryOf(deps),
    cookies: {
      keys: [deps.keys.cookie],
      names: { session: 'onpatient_flow', interaction: 'onpatient_interaction', resume: 'onpatient_resume' },
      long: { httpOnly: true, sameSite: 'lax', secure: deps.portalUrl.startsWith('https:') },
      short: { httpOnly: true, sameSite: 'lax', secure: deps.portalUrl.startsWith('https:') },
    },
    scopes: Object.keys(contextScopes),
    // `sid` (OpenID Connect Back-Channel Logout §2.1) is the sign-in in which the person allowed it.
    claims: claimsByScope(),
    conformIdTokenClaims: false,
    // SMART wants redirect_uri in both requests. RFC 6749 §4.1.3 wants it in the second when it was in the first.
    allowOmittingSingleRegisteredRedirectUri: false,
    responseTypes: ['code'],
    subjectTypes: ['public'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: {
      clientAuthSigningAlgValues: [...assertionAlgorithms],
      dPoPSigningAlgValues: [...proofAlgorithms],
    },
    clockTolerance: clockSkewSeconds,
    assertJwtClientAuthClaimsAndHeader: async (_ctx, claims, header, client) => {
      const application = await answeringStoreFailure(deps.applications.find)(client.clientId)
      assertAssertion(claims, header, { jwksUri: application?.jwksUri })
    },
    // The token of a backend service belongs to a practice's approval. Its adapter takes the approval from this claim.
    extraTokenClaims: async (ctx, token) =>
      token.kind === 'ClientCredentials' ? { grant_id: backends.findChosen(ctx) ?? null } : undefined,
    // Applications without a secret need PKCE. It holds for all applications that start it (RFC 9700 §2.1.1).
    pkce: { required: (_ctx, client) => client.tokenEndpointAuthMethod === 'none' },
    ttl: {
      AccessToken: tokenLifetimes.accessTokenSeconds,
      AuthorizationCode: tokenLifetimes.codeSeconds,
      RefreshToken: tokenLifetimes.refreshTokenSeconds,
      ClientCredentials: backendTokenSeconds,
      IdToken: idTokenSeconds,
      Interaction: interactionSeconds,
      Session: 3600,
      Grant: tokenLifetimes.refreshTokenSeconds,
    },
    issueRefreshToken: (_ctx, client, code) => getsRefreshToken(deps, client, code),
    rotateRefreshToken: true,
    expiresWithSession: async () => false,
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId
      return grantId ? ctx.oidc.provider.Grant.find(grantId) : undefined
    },
    findAccount: (_ctx, id, token) => findEngineAccount(deps, id, token),
    interactions: {
      policy: createPromptPolicy(deps),
      url: (_ctx, interaction) => `/o/interaction/${interaction.uid}`,
    },
    // Every origin may call the token endpoint: applications in the browser may come from anywhere, and no cookie counts there.
    clientBasedCORS: () => true,
    extraParams: launchParameters(deps),
    renderError: (ctx, out) => renderRefusal(deps, ctx, out.error_description),
    features: featuresOf({ ...deps, backends }),
  }
}

/** Parts of the discovery document that the engine does not know: RFC 8414 §2. */
function discoveryOf({ portalUrl, registration }: EngineDeps): Record<string, unknown> {
  return {
    service_documentation: `${portalUrl}/api_fhir/api-docs/documentation`,
    userinfo_endpoint: `${portalUrl}/o/userinfo/`,
    end_session_endpoint: `${portalUrl}/o/logout/`,
    ...(registration === 'off' ? {} : { registration_endpoint: `${portalUrl}/o/register/` }),
  }
}

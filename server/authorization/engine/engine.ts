import Provider, { type Configuration, errors } from 'oidc-provider'
import { asksToRefresh, claimsByScope, contextScopes } from '#fhir/scope/context-scopes.ts'
import { splitScopes } from '#fhir/scope/scope.ts'
import { proofAlgorithms } from '#server/access/access.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import { assertionAlgorithms, type KeySets } from '#server/applications/applications.ts'
import type { Approvals } from '#server/grants/grants.ts'
import { idTokenSeconds, type ServerKeys, type SigningKey } from '#server/keys/keys.ts'
import type { Launches } from '#server/launches/launches.ts'
import { renderErrorPage } from '#server/pages/error-page.ts'
import type { RateLimits } from '#server/rate-limits/rate-limits.ts'
import type { UsedOnce } from '../../store/used-once.ts'
import { launchParameters } from '../authorize/launch-parameters.ts'
import { createPromptPolicy } from '../authorize/prompt-policy.ts'
import { describeOAuthError } from '../error-words.ts'
import { type FhirUserDeps, findFhirUser } from '../identity/fhir-user.ts'
import { profileOf } from '../identity/profile-claims.ts'
import type { RegistrationPolicy } from '../registration/registration.ts'
import { hasClinicalScope, narrowRequestedScopes } from '../requested-scopes.ts'
import {
  type BackendServices,
  backendTokenSeconds,
  createBackendServices,
} from '../token/backend-services.ts'
import { assertAssertion, assertionKeysOf, clockSkewSeconds } from '../token/client-assertion.ts'
import { mayIntrospect } from '../token/introspection-answer.ts'
import { answerTokenRequests } from '../token/token-request.ts'
import { createTokenWrites } from '../token/token-writes.ts'
import type { AdapterDeps } from './adapter-deps.ts'
import { answeringStoreFailure } from './answering-store-failures.ts'
import { createAdapter, interactionSeconds, refreshGraceSeconds } from './oidc-adapter.ts'
import {
  replaceAssertionKeys,
  replaceRedirectMatching,
  replaceReplayDetection,
  replaceSecretComparison,
} from './oidc-internals.ts'
import { oncePerTokenRequest } from './once-per-token-request.ts'
import { createSharedCommits } from './shared-commits.ts'

export interface EngineDeps extends Omit<AdapterDeps, 'writes'> {
  accounts: Pick<Accounts, 'find' | 'findSignIn' | 'isSignInOpen'>
  keys: ServerKeys
  keySets: KeySets
  approvals: Pick<Approvals, 'list'>
  launches: Pick<Launches, 'find'>
  usedOnce: Pick<UsedOnce, 'use'>
  records: FhirUserDeps['records']
  /** Who may register applications by the protocol. */
  registration: RegistrationPolicy
  limits: AdapterDeps['limits']
  rateLimits: RateLimits
  /** The issuer: the portal's origin. */
  portalUrl: string
  /** The resource server that tokens are for. */
  fhirUrl: string
  trustedProxies: number
}

/** In seconds; the documentation pages show the same values. */
export const tokenLifetimes = {
  accessTokenSeconds: 48 * 3600,
  codeSeconds: 60,
  /** Of a backend service. */
  backendTokenSeconds,
  /** Renewed at each use; SMART App Launch asks for at least three months. */
  refreshTokenSeconds: 396 * 24 * 3600,
  refreshGraceSeconds,
} as const

/** Sets up oidc-provider as the authorization server. Pitfalls and reasons: docs/decisions/0002. */
export async function createEngine(given: EngineDeps): Promise<Provider> {
  const deps = {
    ...given,
    applications: { ...given.applications, find: oncePerTokenRequest(given.applications.find) },
    grants: { ...given.grants, findReach: oncePerTokenRequest(given.grants.findReach) },
    writes: createTokenWrites(createSharedCommits(given.db)),
  }
  const keys = await deps.keys.signing.listPublished()
  const provider = new Provider(deps.portalUrl, configurationOf(deps, keys))
  answerTokenRequests(provider, deps)
  // Behind TLS the engine would else announce http:// addresses.
  provider.proxy = deps.portalUrl.startsWith('https:') || deps.trustedProxies > 0
  replaceSecretComparison(provider, (clientId, secret) => deps.applications.isSecretOf(clientId, secret))
  replaceRedirectMatching(provider, ({ redirectUris, isNative }, uri) =>
    deps.applications.mayReturnTo({ redirectUris, kind: isNative ? 'public' : 'confidential' }, uri),
  )
  const findApplication = answeringStoreFailure(deps.applications.find)
  replaceAssertionKeys(provider, async (id) => {
    const application = await findApplication(id)
    return () => assertionKeysOf(application, deps.keySets)
  })
  replaceReplayDetection(provider, answeringStoreFailure(deps.usedOnce.use))
  return provider
}

function configurationOf(deps: EngineDeps & AdapterDeps, keys: SigningKey[]): Configuration {
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
    // `sid` (OpenID Connect Back-Channel Logout §2.1): in which sign-in the person allowed it.
    claims: claimsByScope(),
    conformIdTokenClaims: false,
    // SMART wants it in both requests, and RFC 6749 §4.1.3 in the second when it was in the first.
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
    // The token of a backend service belongs to a practice's approval; its adapter takes it from here.
    extraTokenClaims: async (ctx, token) =>
      token.kind === 'ClientCredentials' ? { grant_id: backends.findChosen(ctx) ?? null } : undefined,
    // PKCE is a must for applications without a secret, and holds for all that start it (RFC 9700 §2.1.1).
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
    // Applications with a secret or key that read records always get one, `offline_access` or not: classic ones count on it. It ends
    // with the grant. Sign-in alone has no such past: there it has to be asked for, so that the answer's scope is the one that was asked for.
    // One that anybody could use is not given when the access ends with its first token.
    issueRefreshToken: async (_ctx, client, code) =>
      client.grantTypeAllowed('refresh_token') &&
      (hasClinicalScope([...code.scopes]) || asksToRefresh([...code.scopes])) &&
      (client.tokenEndpointAuthMethod !== 'none' || lastsLonger(deps, code.grantId)),
    rotateRefreshToken: true,
    expiresWithSession: async () => false,
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId
      return grantId ? ctx.oidc.provider.Grant.find(grantId) : undefined
    },
    findAccount: async (_ctx, id, token) => {
      const account = await deps.accounts.find(id)
      if (!account) return undefined
      return {
        accountId: id,
        claims: async () => ({
          sub: id,
          ...profileOf(account),
          ...(await claimsOfGrant(deps, token)),
        }),
      }
    },
    interactions: {
      policy: createPromptPolicy(deps),
      url: (_ctx, interaction) => `/o/interaction/${interaction.uid}`,
    },
    // Every origin may call the token endpoint: applications in the browser live anywhere, and no cookie counts there.
    clientBasedCORS: () => true,
    extraParams: launchParameters(deps),
    renderError: (ctx, out) => {
      ctx.type = 'text/html; charset=utf-8'
      ctx.body = renderErrorPage({
        status: ctx.status,
        title: 'This app could not be connected',
        message: describeRefusal(ctx.oidc?.params?.redirect_uri, out.error_description, deps),
        requestId: String(ctx.res.getHeader('x-request-id') ?? ''),
      })
    },
    features: featuresOf(deps, backends),
  }
}

/** An address may be registered and refused all the same, which nobody would find out from "did not match". */
function describeRefusal(
  redirectUri: unknown,
  given: string | undefined,
  { applications }: Pick<EngineDeps, 'applications'>,
): string {
  if (typeof redirectUri === 'string' && !applications.maySendTo(redirectUri))
    return 'This app wants you sent back to an address on plain http, where anyone on the way can read the answer. This server does not do that. Its developer has to register an https:// address.'
  return describeOAuthError(given, undefined)
}

/** Whether a grant goes on when an access token that is issued now has expired. */
async function lastsLonger({ grants, clock }: EngineDeps, grantId: string | undefined): Promise<boolean> {
  const reach = grantId === undefined ? undefined : await answeringStoreFailure(grants.findReach)(grantId)
  if (!reach) return false
  const { grant } = reach
  const tokenEnds = clock.now().getTime() + tokenLifetimes.accessTokenSeconds * 1000
  return grant.expiresAt === undefined || grant.expiresAt.getTime() > tokenEnds
}

/** What the id_token says besides who it is: read from the grant of the code or refresh token that it is issued for. */
async function claimsOfGrant(deps: EngineDeps, token: object | undefined) {
  const { grantId } = (token ?? {}) as { grantId?: string }
  if (grantId === undefined) return {}
  const [reach, user] = await Promise.all([deps.grants.findReach(grantId), findFhirUser(grantId, deps)])
  const signInId = reach?.grant.signInId
  return { ...user, ...(signInId === undefined ? {} : { sid: signInId }) }
}

/** Some libraries join scopes by commas; RFC 6749 §3.3 wants spaces. */
function describeCommas(scope: unknown): string {
  return typeof scope === 'string' && scope.includes(',')
    ? ' Scopes are separated by spaces, not by commas.'
    : ''
}

/** What the engine does not know of itself: RFC 8414 §2. */
function discoveryOf({ portalUrl, registration }: EngineDeps): Record<string, unknown> {
  return {
    service_documentation: `${portalUrl}/api_fhir/api-docs/documentation`,
    userinfo_endpoint: `${portalUrl}/o/userinfo/`,
    end_session_endpoint: `${portalUrl}/o/logout/`,
    ...(registration === 'off' ? {} : { registration_endpoint: `${portalUrl}/o/register/` }),
  }
}

function featuresOf(
  { applications, fhirUrl }: EngineDeps,
  backends: BackendServices,
): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    // RFC 7009 §2.1: whose token it is not, for him it is as if it did not exist.
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    introspection: {
      enabled: true,
      // By default any confidential client could read any token.
      allowedPolicy: (_ctx, client, token) => mayIntrospect(client, token),
    },
    clientCredentials: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    dPoP: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => fhirUrl,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (ctx, resource, client) => {
        if (resource !== fhirUrl)
          throw new errors.InvalidTarget(`The only resource here is ${fhirUrl}. Leave "resource" out.`)
        const application = await applications.find(client.clientId)
        if (application && ctx.oidc.params?.grant_type === 'client_credentials') {
          const scope = (await backends.chooseScopes(ctx, application)).join(' ')
          return { scope, audience: fhirUrl, accessTokenFormat: 'opaque' }
        }
        const { params, entities } = ctx.oidc
        const asked = [params?.scope, entities.AuthorizationCode?.scope, entities.RefreshToken?.scope]
        const scopes = application ? narrowRequestedScopes(asked.filter(Boolean).join(' '), application) : []
        // Sign-in alone opens no record, and needs none.
        if (!hasClinicalScope(scopes) && !scopes.includes('openid'))
          throw new errors.InvalidScope(
            `None of the requested scopes opens a record.${describeCommas(params?.scope)} This application may ask for: ${application?.scopes.join(' ')}, and openid with fhirUser, profile and email`,
            splitScopes(String(params?.scope ?? ''))
              .join(' ')
              .slice(0, 200),
          )
        return { scope: scopes.join(' '), audience: fhirUrl, accessTokenFormat: 'opaque' }
      },
    },
  }
}

import type { ContextScopeTable } from '#fhir/scope/context-scopes.ts'
import { listSupportedScopes } from '#fhir/scope/supported-scopes.ts'
import { proofAlgorithms } from '#server/access/access.ts'

/** Where `server/brands` publishes the practices that can be found here. */
export const brandBundlePath = '/.well-known/smart-brands'

/** Every value of `grant_type` at the token endpoint. */
export const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials']

interface SmartUrls {
  portalUrl: string
  /** Whether applications may register by the protocol. */
  offersRegistration: boolean
  /** Tests pass their own. */
  scopes?: ContextScopeTable
}

/**
 * SMART App Launch 2.2, `.well-known/smart-configuration`: what an app needs to know before it sends people to us. Lists
 * only what is there.
 */
export function smartConfiguration({ portalUrl, offersRegistration, scopes }: SmartUrls): object {
  return {
    issuer: portalUrl,
    jwks_uri: `${portalUrl}/.well-known/jwks.json`,
    authorization_endpoint: `${portalUrl}/o/authorize/`,
    token_endpoint: `${portalUrl}/o/token/`,
    revocation_endpoint: `${portalUrl}/o/revoke/`,
    introspection_endpoint: `${portalUrl}/o/introspect/`,
    pushed_authorization_request_endpoint: `${portalUrl}/o/par/`,
    ...(offersRegistration ? { registration_endpoint: `${portalUrl}/o/register/` } : {}),
    end_session_endpoint: `${portalUrl}/o/logout/`,
    user_access_brand_bundle: `${portalUrl}${brandBundlePath}`,
    // The one entry that is always in it: this server itself.
    user_access_brand_identifier: { system: 'urn:ietf:rfc:3986', value: portalUrl },
    management_endpoint: `${portalUrl}/account/settings/connected-apps`,
    grant_types_supported: grantTypes,
    response_types_supported: ['code'],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      'none',
    ],
    token_endpoint_auth_signing_alg_values_supported: ['RS384', 'ES384'],
    authorization_response_iss_parameter_supported: true,
    dpop_signing_alg_values_supported: [...proofAlgorithms],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: listSupportedScopes(scopes),
    capabilities: [
      'launch-ehr',
      'launch-standalone',
      'client-public',
      'client-confidential-symmetric',
      'client-confidential-asymmetric',
      'sso-openid-connect',
      'context-ehr-patient',
      'context-ehr-encounter',
      'context-standalone-patient',
      'context-standalone-encounter',
      'context-banner',
      'context-style',
      'permission-offline',
      'permission-online',
      'permission-patient',
      'permission-user',
      'permission-v1',
      'permission-v2',
      'authorize-post',
    ],
  }
}

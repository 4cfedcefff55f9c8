import type { AdapterPayload } from 'oidc-provider'
import { type Application, hasPrivateUseScheme } from '#server/applications/applications.ts'

/** An application as the engine knows its clients (RFC 7591 §2). */
export function toClientMetadata(application: Application): AdapterPayload {
  const sendsPeople = application.redirectUris.length > 0
  return {
    client_id: application.id,
    client_name: application.name,
    ...proofOf(application),
    redirect_uris: application.redirectUris,
    grant_types: [
      ...(sendsPeople ? ['authorization_code', 'refresh_token'] : []),
      ...(application.isBackend ? ['client_credentials'] : []),
    ],
    response_types: sendsPeople ? ['code'] : [],
    // This decides which schemes the engine accepts. Registration has decided which of them an application may have.
    application_type: application.redirectUris.some(hasPrivateUseScheme) ? 'native' : 'web',
    require_pushed_authorization_requests: application.requiresPar,
    dpop_bound_access_tokens: application.requiresDpop,
  }
}

function proofOf({ authentication }: Application): AdapterPayload {
  if (authentication === 'none') return { token_endpoint_auth_method: 'none' }
  // The engine wants a value. It does not count: our stored hashes count, and the keys of client-assertion.ts.
  if (authentication === 'key')
    return { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'https://keys.onpatient.invalid/' }
  return { token_endpoint_auth_method: 'client_secret_basic', client_secret: 'compared by hash' }
}

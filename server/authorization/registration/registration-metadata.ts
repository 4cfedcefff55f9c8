/** RFC 7591 §2, client metadata: what an application sends when it registers, and what it gets back. */
import { parseClinicalScope, splitScopes, writes } from '#fhir/scope/scope.ts'
import { type Application, type ApplicationForm, isPlainHttp } from '#server/applications/applications.ts'
import { OnpatientError } from '../../errors.ts'
import { grantTypes } from '../../http/smart-configuration.ts'

type Metadata = Record<string, unknown>

const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']

/** The metadata field of each of our fields, for messages. */
const wireNames: Record<string, string> = {
  name: 'client_name',
  redirectUris: 'redirect_uris',
  postLogoutRedirectUris: 'post_logout_redirect_uris',
  scopes: 'scope',
  logoUri: 'logo_uri',
  policyUri: 'policy_uri',
  tosUri: 'tos_uri',
  launchUri: 'launch_uri',
  jwks: 'jwks',
  jwksUri: 'jwks_uri',
  authentication: 'token_endpoint_auth_method',
}

/** Reads metadata into a form. Fields that we do not know are ignored (RFC 7591 §2). Throws `invalid-parameter`. */
export function readMetadata(metadata: Metadata): ApplicationForm {
  assertFlow(metadata)
  const method = readMethod(metadata)
  const isPublic = method === 'none'
  return {
    name: readText(metadata, 'client_name') ?? '',
    kind: isPublic ? 'public' : 'confidential',
    authentication: isPublic ? 'none' : method === 'private_key_jwt' ? 'key' : 'secret',
    redirectUris: readEncrypted(metadata),
    postLogoutRedirectUris: readTexts(metadata, 'post_logout_redirect_uris'),
    scopes: readScopes(metadata),
    logoUri: readText(metadata, 'logo_uri'),
    policyUri: readText(metadata, 'policy_uri'),
    tosUri: readText(metadata, 'tos_uri'),
    launchUri: readText(metadata, 'launch_uri'),
    jwks: metadata.jwks,
    jwksUri: readText(metadata, 'jwks_uri'),
    requiresPar: readFlag(metadata, 'require_pushed_authorization_requests'),
    requiresDpop: readFlag(metadata, 'dpop_bound_access_tokens'),
  }
}

/** An application that registered itself has no known owner, so no person can let it change records. A practice approves services. */
function readScopes(metadata: Metadata): string[] {
  const scopes = splitScopes(readText(metadata, 'scope') ?? '')
  const refused = scopes.find((text) => {
    const scope = parseClinicalScope(text)
    return scope?.context === 'user' && writes(scope)
  })
  if (refused === undefined) return scopes
  throw new OnpatientError(
    'scope-invalid',
    `"${refused}": an application that registers itself cannot ask to change records. Register it with an account, under Settings, Applications.`,
    { field: 'scopes' },
  )
}

/** The registration in the form of RFC 7591 §3.2.1. The caller adds secrets and tokens. */
export function renderMetadata(application: Application): Metadata {
  const sendsPeople = application.redirectUris.length > 0
  return {
    client_id: application.id,
    client_id_issued_at: Math.floor(application.createdAt.getTime() / 1000),
    client_name: application.name,
    redirect_uris: application.redirectUris,
    post_logout_redirect_uris: application.postLogoutRedirectUris,
    scope: application.scopes.join(' '),
    token_endpoint_auth_method: { secret: 'client_secret_basic', key: 'private_key_jwt', none: 'none' }[
      application.authentication
    ],
    grant_types: [
      ...(sendsPeople ? ['authorization_code', 'refresh_token'] : []),
      ...(application.isBackend ? ['client_credentials'] : []),
    ],
    response_types: sendsPeople ? ['code'] : [],
    logo_uri: application.logoUri,
    policy_uri: application.policyUri,
    tos_uri: application.tosUri,
    launch_uri: application.launchUri,
    jwks: application.jwks,
    jwks_uri: application.jwksUri,
    require_pushed_authorization_requests: application.requiresPar,
    dpop_bound_access_tokens: application.requiresDpop,
  }
}

/** An error of our own in the words of RFC 7591 §3.2.2. */
export function registrationError(error: OnpatientError): { error: string; error_description: string } {
  const name = wireNames[error.field ?? ''] ?? error.field
  return {
    error:
      error.code === 'redirect-uri-invalid' && error.field === 'redirectUris'
        ? 'invalid_redirect_uri'
        : 'invalid_client_metadata',
    error_description: name === undefined ? error.message : `${name}: ${error.message}`,
  }
}

function assertFlow(metadata: Metadata): void {
  if (metadata.software_statement !== undefined)
    throw invalid('software_statement', 'Software statements are not read here. Leave it out.')
  const types = metadata.response_types === undefined ? ['code'] : readTexts(metadata, 'response_types')
  if (types.some((type) => type !== 'code'))
    throw invalid('response_types', 'The only response type here is "code".')
  const unknown = readTexts(metadata, 'grant_types').find((type) => !grantTypes.includes(type))
  if (unknown !== undefined)
    throw invalid(
      'grant_types',
      `"${unknown.slice(0, 100)}" is not offered here. Choose from ${grantTypes.join(', ')}.`,
    )
}

function readMethod(metadata: Metadata): string {
  // RFC 7591 §2: the default is HTTP Basic.
  const method = readText(metadata, 'token_endpoint_auth_method') ?? 'client_secret_basic'
  if (methods.includes(method)) return method
  throw invalid('token_endpoint_auth_method', `Choose from ${methods.join(', ')}.`)
}

function readText(metadata: Metadata, name: string): string | undefined {
  const value = metadata[name]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw invalid(name, 'It must be a text.')
}

function readTexts(metadata: Metadata, name: string): string[] {
  const value = metadata[name]
  if (value === undefined || value === null) return []
  if (Array.isArray(value) && value.length <= 100 && value.every((each) => typeof each === 'string'))
    return value
  throw invalid(name, 'It must be a list of at most 100 texts.')
}

/** RFC 9700 §2.6. The console warns a developer. Here nobody would read a warning, so the address is refused. */
function readEncrypted(metadata: Metadata): string[] {
  const uris = readTexts(metadata, 'redirect_uris')
  const open = uris.find(isPlainHttp)
  if (open === undefined) return uris
  throw new OnpatientError(
    'redirect-uri-invalid',
    `${open.slice(0, 200)} is plain http: anyone on the way can read the authorization code. Use https://, or http://127.0.0.1 for a program on the person's machine.`,
    { field: 'redirectUris' },
  )
}

function readFlag(metadata: Metadata, name: string): boolean {
  const value = metadata[name] ?? false
  if (typeof value === 'boolean') return value
  throw invalid(name, 'It must be true or false.')
}

function invalid(field: string, message: string): OnpatientError {
  return new OnpatientError('invalid-parameter', message, { field })
}

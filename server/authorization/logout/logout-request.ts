/** OpenID Connect RP-Initiated Logout 1.0 §2: the request of an application, and the part of it that is proven. */
import { compactVerify, createLocalJWKSet, errors, type JWK } from 'jose'
import type { Application, Applications } from '#server/applications/applications.ts'
import type { SignedIn } from '#server/http/browser.ts'
import type { SigningKeys } from '#server/keys/keys.ts'
import { OnpatientError } from '../../errors.ts'

export interface LogoutDeps {
  applications: Pick<Applications, 'find'>
  signingKeys: Pick<SigningKeys, 'listPublished'>
  portalUrl: string
}

export interface LogoutRequest {
  application: Application | undefined
  /** A registered address of this application. */
  returnTo: string | undefined
  state: string | undefined
  /** Claims of the id_token that came along, when this server issued it to this application. */
  hint: { sub: string; sid: string | undefined } | undefined
}

/** Throws `invalid-parameter`. Then nobody is signed out, and the browser is sent nowhere. */
export async function readLogoutRequest(params: URLSearchParams, deps: LogoutDeps): Promise<LogoutRequest> {
  const hint = await readHint(single(params, 'id_token_hint'), deps)
  const clientId = single(params, 'client_id')
  if (hint && clientId !== undefined && clientId !== hint.aud)
    throw invalid('client_id', 'client_id names another app than the id_token_hint does.')
  const named = clientId ?? hint?.aud
  const application = named === undefined ? undefined : await deps.applications.find(named)
  if (clientId !== undefined && !application)
    throw invalid('client_id', 'There is no app with this client_id.')
  return {
    application,
    returnTo: readReturn(single(params, 'post_logout_redirect_uri'), application),
    state: single(params, 'state'),
    hint: application && hint && { sub: hint.sub, sid: hint.sid },
  }
}

/**
 * Whether the id_token was issued in this very sign-in. Then the person need not be asked: any page could send a browser here, but it has no
 * such token. An older token of the same person proves nothing about this browser.
 */
export function isAboutSignIn({ hint }: LogoutRequest, { account, signIn }: SignedIn): boolean {
  return hint !== undefined && hint.sub === account.id && hint.sid === signIn.id
}

/** The address to which the browser goes afterwards; undefined when the application named none. */
export function returnAddress({ returnTo, state }: LogoutRequest): string | undefined {
  if (returnTo === undefined || state === undefined) return returnTo
  // The state is appended as text, because parsing could change the registered address.
  return `${returnTo}${returnTo.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`
}

interface Hint {
  aud: string
  sub: string
  sid: string | undefined
}

/** An expired token counts (§2). A token that cannot be verified is ignored. */
async function readHint(text: string | undefined, deps: LogoutDeps): Promise<Hint | undefined> {
  if (text === undefined) return undefined
  const published = (await deps.signingKeys.listPublished()) as unknown as JWK[]
  const keys = published.map(({ kty, n, e, kid, alg, use }) => ({ kty, n, e, kid, alg, use }) as JWK)
  try {
    const { payload } = await compactVerify(text, createLocalJWKSet({ keys }), { algorithms: ['RS256'] })
    const claims = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>
    const { iss, aud, sub, sid } = claims
    if (iss !== deps.portalUrl || typeof aud !== 'string' || typeof sub !== 'string') return undefined
    return { aud, sub, sid: typeof sid === 'string' ? sid : undefined }
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** §3: the address is compared letter by letter with the registered ones. */
function readReturn(uri: string | undefined, application: Application | undefined): string | undefined {
  // Without an app the address is ignored.
  if (uri === undefined || application === undefined) return undefined
  if (application.postLogoutRedirectUris.includes(uri)) return uri
  throw invalid(
    'post_logout_redirect_uri',
    `${application.name} has not registered this post_logout_redirect_uri. Its developer adds it in the settings of the application; it is compared letter by letter.`,
  )
}

function single(params: URLSearchParams, name: string): string | undefined {
  const [value, another] = params.getAll(name)
  if (another !== undefined) throw invalid(name, `${name} is there twice.`)
  return value === '' ? undefined : value
}

function invalid(field: string, message: string): OnpatientError {
  return new OnpatientError('invalid-parameter', message, { field })
}

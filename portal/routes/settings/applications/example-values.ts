import type { Application, Urls } from '#server/portal-api/answers.ts'

/** What the examples of one application are filled in with. */
export interface ExampleValues {
  authorize: string
  token: string
  api: string
  clientId: string
  /** A public application starts PKCE instead of proving who it is. */
  isPublic: boolean
  /** The parameters by which it proves who it is. */
  proof: Array<[string, string]>
  redirectUri: string
  scope: string
  /** The `aud` of its requests, where that is a must. */
  audience: string | undefined
}

/** The pair of RFC 7636, appendix B. Good enough to try a link by hand; a real application makes its own each time. */
export const examplePkce = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
}

export function exampleValuesOf(application: Application, secret: string | null, urls: Urls): ExampleValues {
  return {
    authorize: urls.authorize,
    token: urls.token,
    api: urls.fhirClassic,
    clientId: application.id,
    isPublic: application.kind === 'public',
    proof: proofOf(application, secret),
    redirectUri: application.redirectUris[0] ?? '',
    // What stands for a launch works in a launch alone.
    scope: application.scopes.filter((scope) => scope !== 'launch').join(' '),
    audience: application.requiresAudience ? urls.fhirClassic : undefined,
  }
}

function proofOf({ id, authentication }: Application, secret: string | null): Array<[string, string]> {
  if (authentication === 'key')
    return [
      ['client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'],
      ['client_assertion', 'YOUR_SIGNED_JWT'],
    ]
  if (authentication === 'none')
    return [
      ['client_id', id],
      ['code_verifier', examplePkce.verifier],
    ]
  return [
    ['client_id', id],
    ['client_secret', secret ?? 'YOUR_CLIENT_SECRET'],
  ]
}

/** The address of step 1, with the parameters in the order of the tutorial. */
export function authorizeLink(values: ExampleValues): string {
  const { authorize, redirectUri, clientId, isPublic, scope, audience } = values
  const link = [
    `${authorize}?redirect_uri=${encodeURIComponent(redirectUri)}`,
    'response_type=code',
    `client_id=${encodeURIComponent(clientId)}`,
    `scope=${encodeURIComponent(scope)}`,
  ]
  if (audience !== undefined) link.push(`aud=${encodeURIComponent(audience)}`)
  if (isPublic) link.push(`code_challenge=${examplePkce.challenge}`, 'code_challenge_method=S256')
  return link.join('&')
}

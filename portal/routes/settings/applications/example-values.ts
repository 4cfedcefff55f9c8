import type { Application } from '../../../api/applications.ts'
import type { Urls } from '../../../api/me.ts'

/** What the examples of one application are filled in with. */
export interface ExampleValues {
  authorize: string
  token: string
  api: string
  clientId: string
  /** Undefined for a public application. */
  clientSecret: string | undefined
  redirectUri: string
  scope: string
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
    clientSecret: application.kind === 'public' ? undefined : (secret ?? 'YOUR_CLIENT_SECRET'),
    redirectUri: application.redirectUris[0] ?? '',
    scope: application.scopes.join(' '),
  }
}

/** The address of step 1, with the parameters in the order of the tutorial. */
export function authorizeLink({
  authorize,
  redirectUri,
  clientId,
  clientSecret,
  scope,
}: ExampleValues): string {
  const link = [
    `${authorize}?redirect_uri=${encodeURIComponent(redirectUri)}`,
    'response_type=code',
    `client_id=${encodeURIComponent(clientId)}`,
    `scope=${encodeURIComponent(scope)}`,
  ]
  if (clientSecret === undefined)
    link.push(`code_challenge=${examplePkce.challenge}`, 'code_challenge_method=S256')
  return link.join('&')
}

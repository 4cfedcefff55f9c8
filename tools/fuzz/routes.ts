/** Every address of the server, once: a request of the fuzzer begins with one of these rows. */

export type Area = 'r4' | 'classic' | 'dstu2' | 'oauth' | 'portal' | 'page' | 'document'
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'
/** The kind of body, for methods that have one. */
export type BodyKind = 'none' | 'resource' | 'patch' | 'bundle' | 'parameters' | 'form' | 'json'
/** The grammar of its parameters. */
export type QueryKind = 'none' | 'search' | 'list' | 'read' | 'history' | 'oauth' | 'page'

export interface Route {
  area: Area
  methods: readonly Method[]
  /** Braces mark the parts that are filled in: `{type}`, `{id}`, `{patient}`, `{version}`, `{practice}`, `{operation}`, `{any}`. */
  path: string
  query: QueryKind
  body: BodyKind
  /** How often it is chosen, compared with the others. */
  weight: number
  /** Whether the request could end the access of the actor. Then only another practice is named. */
  isForeignOnly?: true
}

const r4 = (
  methods: readonly Method[],
  path: string,
  rest: Partial<Pick<Route, 'query' | 'body' | 'weight'>> = {},
): Route => ({
  area: 'r4',
  methods,
  path: `/fhir/r4${path}`,
  query: 'read',
  body: 'none',
  weight: 4,
  ...rest,
})

const classic = (path: string, query: QueryKind, weight: number): Route => ({
  area: 'classic',
  methods: ['GET'],
  path: `/onpatient_api/fhir${path}`,
  query,
  body: 'none',
  weight,
})

const oauth = (methods: readonly Method[], path: string, body: BodyKind = 'form'): Route => ({
  area: 'oauth',
  methods,
  path,
  query: 'oauth',
  body,
  weight: 1,
})

const portal = (methods: readonly Method[], path: string, isForeignOnly?: true): Route => ({
  area: 'portal',
  methods,
  path: `/portal-api${path}`,
  query: 'page',
  body: 'json',
  weight: 1,
  ...(isForeignOnly ? { isForeignOnly } : {}),
})

const page = (methods: readonly Method[], path: string): Route => ({
  area: 'page',
  methods,
  path,
  query: 'page',
  body: 'form',
  weight: 0.5,
})

const document = (path: string): Route => ({
  area: 'document',
  methods: ['GET', 'HEAD', 'OPTIONS', 'POST'],
  path,
  query: 'page',
  body: 'form',
  weight: 0.2,
})

export const routes: readonly Route[] = [
  r4(['GET'], '/{type}', { query: 'search', weight: 40 }),
  r4(['POST'], '/{type}/_search', { query: 'search', body: 'form', weight: 8 }),
  r4(['GET'], '', { query: 'search', weight: 4 }),
  r4(['GET', 'POST'], '/_search', { query: 'search', body: 'form' }),
  r4(['GET'], '/Patient/{patient}/{type}', { query: 'search', weight: 8 }),
  r4(['GET', 'POST'], '/Patient/{patient}/{type}/_search', { query: 'search', body: 'form', weight: 2 }),
  r4(['GET'], '/Patient/{patient}/*', { query: 'search' }),
  r4(['GET', 'HEAD'], '/{type}/{id}', { weight: 10 }),
  r4(['GET'], '/{type}/{id}/_history/{version}', { weight: 8 }),
  r4(['GET'], '/{type}/{id}/_history', { query: 'history', weight: 8 }),
  r4(['GET'], '/{type}/_history', { query: 'history' }),
  r4(['GET'], '/_history', { query: 'history', weight: 1 }),
  r4(['GET', 'POST'], '/Patient/{patient}/$everything', { query: 'history', body: 'parameters', weight: 2 }),
  r4(['GET', 'POST'], '/DocumentReference/$docref', { query: 'search', body: 'parameters', weight: 2 }),
  r4(['POST'], '/{type}/$validate', { body: 'resource' }),
  r4(['GET', 'POST'], '/{type}/{id}/$validate', { body: 'resource' }),
  r4(['GET', 'POST'], '/{type}/{id}/{operation}', { body: 'parameters', weight: 1 }),
  r4(['GET'], '/Binary/{id}', { weight: 2 }),
  r4(['POST'], '/{type}', { body: 'resource', weight: 10 }),
  r4(['PUT'], '/{type}/{id}', { body: 'resource', weight: 12 }),
  r4(['PUT'], '/{type}', { query: 'search', body: 'resource', weight: 4 }),
  r4(['PATCH'], '/{type}/{id}', { body: 'patch', weight: 12 }),
  r4(['PATCH'], '/{type}', { query: 'search', body: 'patch', weight: 3 }),
  r4(['DELETE'], '/{type}/{id}', { weight: 3 }),
  r4(['DELETE'], '/{type}', { query: 'search', weight: 1 }),
  r4(['POST'], '', { body: 'bundle', weight: 12 }),
  r4(['GET', 'HEAD', 'OPTIONS'], '/metadata', { weight: 0.5 }),
  r4(['GET'], '/.well-known/smart-configuration', { weight: 0.3 }),
  r4(['GET'], '/CodeSystem/error-codes', { weight: 0.3 }),
  r4(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], '/{any}/{any}/{any}', {
    body: 'resource',
    weight: 1,
  }),
  classic('/{type}', 'list', 14),
  classic('/{type}/{id}', 'read', 5),
  classic('/{any}/{any}', 'list', 1),
  ...[
    '/fhir/dstu2/metadata',
    '/fhir/dstu2/{type}',
    '/fhir/dstu2/{type}/{id}',
    '/fhir/dstu2/.well-known/{any}',
  ].map(
    (path): Route => ({
      area: 'dstu2',
      methods: ['GET', 'POST'],
      path,
      query: 'search',
      body: 'none',
      weight: 0.5,
    }),
  ),
  oauth(['GET', 'POST'], '/o/authorize/'),
  oauth(['GET'], '/o/authorize/{any}'),
  oauth(['POST', 'GET'], '/o/token/'),
  oauth(['POST', 'OPTIONS'], '/o/revoke/'),
  oauth(['POST', 'OPTIONS'], '/o/introspect/'),
  oauth(['POST'], '/o/par/'),
  oauth(['GET', 'POST'], '/o/userinfo/'),
  oauth(['POST'], '/o/register/', 'json'),
  oauth(['GET', 'PUT', 'PATCH', 'POST', 'DELETE'], '/o/register/{any}', 'json'),
  oauth(['GET', 'POST'], '/o/logout/'),
  oauth(['POST'], '/o/logout/confirm'),
  oauth(['GET', 'POST'], '/o/interaction/{any}'),
  oauth(['POST'], '/o/interaction/{any}/patient'),
  oauth(['GET'], '/o/jwks'),
  oauth(['GET'], '/.well-known/openid-configuration'),
  oauth(['GET'], '/.well-known/oauth-authorization-server'),
  portal(['GET', 'PATCH'], '/me'),
  portal(['POST'], '/me/password'),
  portal(['POST'], '/me/email'),
  portal(['GET'], '/me/closing'),
  portal(['POST'], '/me/proof'),
  portal(['POST'], '/me/proof/passkey/options'),
  portal(['POST'], '/me/proof/passkey'),
  portal(['GET'], '/me/factors'),
  portal(['POST', 'DELETE'], '/me/factors/authenticator-app'),
  portal(['POST'], '/me/factors/authenticator-app/confirm'),
  portal(['POST'], '/me/factors/passkeys/options'),
  portal(['POST'], '/me/factors/passkeys'),
  portal(['DELETE'], '/me/factors/passkeys/{any}'),
  portal(['POST'], '/me/factors/recovery-codes'),
  portal(['GET'], '/records'),
  portal(['GET'], '/records/{type}'),
  portal(['GET'], '/sign-ins'),
  portal(['DELETE'], '/sign-ins/{any}'),
  portal(['GET'], '/connected-apps'),
  portal(['DELETE'], '/connected-apps/{any}'),
  portal(['DELETE'], '/grants/{any}'),
  portal(['GET', 'POST'], '/applications'),
  portal(['GET', 'PUT', 'DELETE'], '/applications/{application}'),
  portal(['POST'], '/applications/{application}/secrets'),
  portal(['GET'], '/applications/{application}/approvals'),
  portal(['POST'], '/applications/{application}/approval-requests'),
  portal(['DELETE'], '/applications/{application}/approval-change'),
  portal(['POST'], '/practices'),
  portal(['GET'], '/practices/{practice}'),
  portal(['GET'], '/practices/{practice}/patients'),
  portal(['GET'], '/practices/{practice}/patients/{patient}/related-people'),
  portal(['GET'], '/practices/{practice}/people'),
  portal(['DELETE'], '/practices/{practice}/associations/{association}', true),
  portal(['DELETE'], '/practices/{practice}/people/{association}/factors', true),
  portal(['PUT'], '/practices/{practice}/second-step', true),
  portal(['GET', 'POST'], '/practices/{practice}/invitations'),
  portal(['DELETE'], '/practices/{practice}/invitations/{any}'),
  portal(['POST'], '/practices/{practice}/invitations/{any}/confirm'),
  portal(['GET', 'PUT'], '/practices/{practice}/brand'),
  portal(['GET'], '/practices/{practice}/approvals'),
  portal(['POST'], '/practices/{practice}/approvals', true),
  portal(['DELETE'], '/practices/{practice}/approvals/{any}', true),
  portal(['POST', 'DELETE'], '/practices/{practice}/approval-changes/{any}'),
  portal(['DELETE'], '/practices/{practice}/approval-requests/{any}'),
  portal(['GET'], '/launches/choices'),
  portal(['POST'], '/launches'),
  portal(['GET', 'POST'], '/{any}/{any}'),
  page(['GET', 'POST'], '/signin'),
  page(['GET', 'POST'], '/signin/code'),
  page(['POST'], '/signin/cancel'),
  page(['POST'], '/signin/passkey/options'),
  page(['POST'], '/signin/passkey'),
  page(['POST'], '/signin/code/passkey/options'),
  page(['POST'], '/signin/code/passkey'),
  page(['GET', 'POST'], '/account/confirm'),
  page(['POST'], '/account/confirm/passkey/options'),
  page(['POST'], '/account/confirm/passkey'),
  page(['GET', 'POST'], '/signup'),
  page(['GET', 'POST'], '/signup/developer'),
  page(['GET', 'POST'], '/signup/practice'),
  page(['GET'], '/signup/check-mail'),
  page(['GET', 'POST'], '/signup/finish'),
  page(['GET', 'POST'], '/reset'),
  page(['GET'], '/reset/check-mail'),
  page(['GET', 'POST'], '/reset/finish'),
  page(['GET', 'POST'], '/mail/stop'),
  page(['GET', 'POST'], '/invitation'),
  page(['GET'], '/invitation/waiting'),
  page(['GET', 'POST'], '/account/email/confirm'),
  page(['GET'], '/account/email/confirmed'),
  page(['GET'], '/'),
  page(['GET'], '/account/settings/{any}'),
  page(['GET'], '/practice/{practice}'),
  page(['GET'], '/demo/client'),
  page(['GET'], '/demo/client/{any}'),
  page(['GET'], '/outbox'),
  ...['/healthz', '/readyz', '/metrics', '/favicon.svg', '/smart-style.json', '/portal-assets/{any}'].map(
    document,
  ),
  ...[
    '/.well-known/smart-brands',
    '/.well-known/service-base-urls',
    '/.well-known/service-base-urls.csv',
  ].map(document),
  ...['/api_fhir/api-docs/tutorial', '/api_fhir/api-docs/documentation', '/{any}', '/assets/{any}'].map(
    document,
  ),
]

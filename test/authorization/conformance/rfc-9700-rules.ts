import type { Remark, Rule } from './rules.ts'

const rule = (file: string, section: string, level: Rule['level'], says: string): Rule => ({
  ...{ file: `rfc-9700-${file}`, section, level, says },
})

/** RFC 9700, OAuth 2.0 Security Best Current Practice: what it asks of authorization and resource servers. */
export const rfc9700Rules = {
  exactRedirect: rule('redirects', '2.1, 4.1.3', 'MUST', 'a redirect URI is compared by exact text'),
  loopbackPort: rule(
    'redirects',
    '4.1.3',
    'MUST',
    'the port of a loopback redirect URI is free for a native application, and nothing else of it',
  ),
  noRedirector: rule(
    'redirects',
    '2.1, 4.11.2',
    'MUST NOT',
    'no address of the server forwards a browser to where a stranger wants it',
  ),
  provenRedirect: rule(
    'redirects',
    '4.11.2',
    'MUST NOT',
    'nobody is redirected when client and redirect URI do not belong together',
  ),
  askFirst: rule(
    'redirects',
    '4.11.2',
    'MUST',
    'for an app that a stranger registered, a faulty request is shown to the person and not redirected',
  ),
  no307: rule(
    'redirects',
    '2.1, 4.12',
    'MUST NOT',
    'what follows a form with a password or a decision is never 307 or 308',
  ),
  encryptedResponse: rule(
    'redirects',
    '2.6',
    'MUST NOT',
    'an app that registers by the protocol gets no redirect URI on plain http outside loopback',
  ),
  plainHttpWarned: rule(
    'redirects',
    '2.6',
    'MUST NOT',
    'a redirect URI on plain http that a developer registers by hand is marked as unsafe (see the deviations)',
  ),
  noCors: rule('redirects', '2.6', 'MUST NOT', 'the authorization endpoint has no CORS'),
  issuer: rule(
    'redirects',
    '2.1, 4.4.2.1',
    'MUST',
    'success and error name the issuer, and the metadata say so (RFC 9207)',
  ),

  publicNeedsPkce: rule('codes', '2.1.1', 'MUST', 'a public client without PKCE is refused'),
  pkceSupported: rule('codes', '2.1.1', 'MUST', 'PKCE works for public and confidential clients'),
  pkceEnforced: rule(
    'codes',
    '2.1.1',
    'MUST',
    'when a challenge was sent, only the right verifier redeems the code',
  ),
  pkceDowngrade: rule('codes', '2.1.1, 4.8.2', 'MUST', 'a verifier without a challenge is refused'),
  pkcePlain: rule('codes', '2.1.1', 'SHOULD', 'the challenge is never the verifier itself: S256 alone'),
  pkceDetected: rule('codes', '2.1.1, 4.7.1', 'MUST', 'clients can see that PKCE is supported'),
  noImplicit: rule('codes', '2.1.2', 'SHOULD NOT', 'no access token comes in an authorization response'),
  noPassword: rule(
    'codes',
    '2.4',
    'MUST NOT',
    'the password of a person is no grant, and nothing else that is not offered is one',
  ),
  codeOnce: rule(
    'codes',
    '4.2.4',
    'MUST',
    'a code dies with its first use, and its second use ends the tokens of the first',
  ),
  codeRace: rule('codes', '4.2.4', 'MUST', 'of parallel redemptions of one code exactly one wins'),
  codeBound: rule('codes', '4.5.3', 'MUST', 'a code is bound to its client and its redirect URI'),
  nonceBound: rule('codes', '4.5.3.2', 'MUST', 'the nonce comes back in the id_token, and in no other'),

  senderConstrained: rule(
    'tokens',
    '2.2.1, 4.10.1',
    'SHOULD',
    'a token that is bound to a key is worth nothing without it',
  ),
  rotation: rule(
    'tokens',
    '2.2.2, 4.14.2',
    'MUST',
    'the refresh token of a public client rotates, and one that comes back ends the access',
  ),
  refreshBoundToKey: rule(
    'tokens',
    '2.2.2, 4.14.2',
    'MUST',
    'the refresh token of a public client that uses DPoP is bound to its key',
  ),
  refreshBoundToClient: rule(
    'tokens',
    '2.2.2, 4.14.2',
    'MUST',
    'a refresh token serves the client that it was issued to, and proves nothing about it',
  ),
  refreshBoundToScope: rule('tokens', '4.14.2', 'MUST', 'a refresh gives no more than the person allowed'),
  refreshExpires: rule('tokens', '4.14.2', 'SHOULD', 'a refresh token that is not used expires'),
  refreshSecurityEvent: rule('tokens', '4.14.2', 'SHOULD', 'a changed password ends refresh tokens'),
  audience: rule(
    'tokens',
    '2.3',
    'MUST',
    'what was not issued as an access token for this API opens nothing',
  ),
  audienceAsked: rule('tokens', '2.3, 4.10.2', 'MUST', 'no token is made for another resource server'),
  actions: rule('tokens', '2.3', 'MUST', 'a request beyond the scopes is refused'),
  noTokenInUrl: rule('tokens', '4.3.2', 'MUST NOT', 'an access token in an address is refused'),
  noSecretInUrl: rule(
    'tokens',
    '4.3.2',
    'MUST NOT',
    'codes, tokens and secrets in the address of a token request are refused',
  ),
  tokensAreSecrets: rule(
    'tokens',
    '4.9.3',
    'MUST',
    'the database holds no token and no code that could be used',
  ),

  clientAuthentication: rule(
    'servers',
    '2.5',
    'SHOULD',
    'an application that has a secret or a key proves it, in one way',
  ),
  metadata: rule('servers', '2.6', 'SHOULD', 'the metadata name what there is, and nothing else (RFC 8414)'),
  clientId: rule(
    'servers',
    '2.6, 4.15.1',
    'SHOULD NOT',
    'no client chooses its client_id or a subject, and neither can be taken for the other',
  ),
  referrer: rule(
    'servers',
    '4.2.4',
    'SHOULD',
    'no page on the way tells its address to another site, or is kept',
  ),
  proxyHeaders: rule('servers', '4.13', 'MUST', 'forwarded headers of strangers are not believed'),
  clickjacking: rule('servers', '4.16', 'MUST', 'no page can be framed'),
  noPostMessage: rule('servers', '4.17', 'MUST', 'nothing is sent to other windows'),
} as const satisfies Record<string, Rule>

/** What RFC 9700 asks of others. */
export const rfc9700Remarks: readonly Remark[] = [
  {
    section: '2.1',
    says: 'Clients expose no open redirectors, prevent CSRF, and defend themselves against mix-up.',
    why: 'Rules for clients. The server gives them what they need: `state` byte for byte, PKCE, and `iss` in every answer.',
  },
  {
    section: '2.1.1',
    says: 'The PKCE challenge or nonce is specific to the transaction and bound to the client and the user agent.',
    why: 'Only the client knows its transactions. A code is bound to the challenge of its own request.',
  },
  {
    section: '4.1.3',
    says: 'Servers on which callbacks are hosted expose no open redirectors.',
    why: 'They are the servers of clients.',
  },
  {
    section: '4.3.2',
    says: 'Clients pass no access token in a query parameter.',
    why: 'A rule for clients; the server refuses those that do.',
  },
  {
    section: '4.4.2',
    says: 'Clients store the issuer of each request and compare it, or use a redirect URI for each issuer.',
    why: 'Rules for clients.',
  },
  {
    section: '4.5.3.2',
    says: 'Clients that rely on the nonce validate it before they use any token.',
    why: 'A rule for clients.',
  },
  {
    section: '4.7.1',
    says: 'Clients make sure that PKCE is supported before they rely on it, and protect `state`.',
    why: 'Rules for clients.',
  },
  {
    section: '4.10.1',
    says: 'Keys of sender-constrained tokens are distributed and proven.',
    why: 'By DPoP (RFC 9449); mutual TLS is not offered, because TLS usually ends before the server.',
  },
  {
    section: '4.13',
    says: 'Reverse proxies sanitize headers, and the way from them to the server is protected.',
    why: 'It depends on the operator; the way is in [Running onpatient](../operate/run.md).',
  },
  {
    section: '4.17',
    says: 'Receivers of in-browser messages are verified.',
    why: 'No response is ever sent by `postMessage`.',
  },
]

/** Where the server does otherwise, knowingly. */
export const rfc9700Deviations: readonly Remark[] = [
  {
    section: '2.6',
    says: 'No redirect URI on plain http, except loopback.',
    why: 'In production it needs the setting `INSECURE_REDIRECTS=allow`, for applications of 2016 that are registered with `http://`: the console warns their developer in so many words, and the code alone opens nothing without their secret or their PKCE verifier. What registers itself by the protocol gets none. See [decision 0016](../decisions/0016-where-conformance-ends.md).',
  },
  {
    section: '4.11.2',
    says: 'The person is authenticated before any redirect, also one with an error.',
    why: 'A faulty request of an application that a known account registered goes back to it at once, as in RFC 6749 §4.1.2.1, because its developer must see it. What a stranger registered is trusted with no redirect until a person has decided.',
  },
  {
    section: '4.14.2',
    says: 'A rotated refresh token is invalid.',
    why: 'It may come back within 30 seconds of its first use, because tabs ask at once and answers get lost; any later use ends the access.',
  },
]

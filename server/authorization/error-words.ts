/**
 * What an OAuth error says to a developer: plain words on what to change, instead of the engine's terse ones.
 * Keyed by the engine's internal detail first, then by the error code (RFC 6749 §5.2, §4.1.2.1).
 */
const byDetail: Array<[RegExp, string]> = [
  [
    /authorization code already consumed/,
    'This code was used before. A code works once; its tokens were ended. Send the person to the authorization page again.',
  ],
  [
    /authorization code is expired/,
    'This code has expired: codes live 60 seconds. Exchange it at once after the redirect.',
  ],
  [
    /authorization code not found/,
    'This code is not known. Check that it was copied in full, decoded once, and belongs to this server.',
  ],
  [
    /redirect_uri mismatch/,
    'The redirect_uri differs from the one sent to the authorization page. Send exactly the same text.',
  ],
  [
    /client mismatch/,
    'This code or token was issued to another application. Use the client_id that asked for it.',
  ],
  [
    /refresh token already used/,
    'This refresh token was used before, so the whole access was ended. Always store the newest refresh token. Send the person to the authorization page again.',
  ],
  [
    /refresh token not found/,
    'This refresh token is not known or was ended. Send the person to the authorization page again.',
  ],
  [
    /refresh token is expired/,
    'This refresh token has expired. Send the person to the authorization page again.',
  ],
  [
    /grant not found|grant is expired/,
    'The person or the server ended this access. Send the person to the authorization page again.',
  ],
  [
    /PKCE verification failed|code_verifier/,
    'The code_verifier does not fit the code_challenge of the authorization request (PKCE, RFC 7636).',
  ],
  [/client not found/, 'There is no application with this client_id. Compare it with the settings page.'],
  [
    /invalid secret provided/,
    'The client_secret is wrong. Compare it with the one shown when it was made, or rotate it on the settings page.',
  ],
  [
    /authentication mechanism does not match/,
    'A confidential application must send its client_secret (in the body or by HTTP Basic); a public one must not.',
  ],
  [
    /no client authentication mechanism/,
    'Send client_id, and client_secret for a confidential application, as form fields or by HTTP Basic.',
  ],
]

const byError: Record<string, string> = {
  unsupported_grant_type: 'grant_type must be authorization_code or refresh_token.',
}

/** The description to send; `given` when there is nothing better to say. */
export function describeOAuthError(
  error: string,
  given: string | undefined,
  detail: string | undefined,
): string {
  const match = byDetail.find(([pattern]) => pattern.test(detail ?? '') || pattern.test(given ?? ''))
  return match?.[1] ?? byError[error] ?? given ?? 'The request was refused.'
}

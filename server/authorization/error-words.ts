import { toErrorDescription } from './error-description.ts'

/**
 * The words of OAuth errors for developers. They say what to change. The first matching row counts: of the engine's internal detail, or of its
 * description (RFC 6749 §5.2, §4.1.2.1).
 */
const assertionWords: Array<[RegExp, string]> = [
  [
    /^alg mismatch$/,
    'The assertion must be signed with RS384 or ES384; its header "alg" says another algorithm.',
  ],
  [/^expiration must be specified/, 'The assertion has no claim "exp". It must expire within 5 minutes.'],
  [/^unique jti/, 'The assertion has no claim "jti". Give each assertion a new one.'],
  [
    /^(iss|sub) \(JWT|^iss \(JWT issuer\) must be/,
    'The claims "iss" and "sub" of the assertion must both be the client_id.',
  ],
  [
    /audience \(aud\)|^aud \(JWT audience\)/,
    'The claim "aud" of the assertion must be the address of the token endpoint, exactly as the discovery documents give it, or the issuer.',
  ],
  [
    /^(jwt expired|no applicable key found|signature verification failed|jwt not active yet)/,
    'The assertion cannot be verified: it has expired, is not valid yet, or is not signed by a registered key with the "kid" of its header. Compare the clock, the kid and the key set.',
  ],
  [
    /^invalid (exp|nbf|iat|iss|aud|jti) value/,
    'A claim of the assertion has a value of the wrong type (RFC 7519 §4.1).',
  ],
  [
    /client assertion tokens must only be used once/,
    'This assertion was used before. Make a new one, with a new "jti", for each request.',
  ],
  [/invalid client_assertion format/, 'The client_assertion is not a well-formed JWT.'],
  [
    /client_assertion_type must/,
    'The client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer.',
  ],
]

const dpopWords: Array<[RegExp, string]> = [
  [
    /DPoP proof JWT Replay detected/,
    'This DPoP proof was used before. Make a new one, with a new "jti", for each request.',
  ],
  [
    /DPoP proof JWT not provided|missing DPoP proof JWT/,
    'This application has tokens that are bound to a key. Send a proof in the header DPoP (RFC 9449).',
  ],
  [
    /failed jkt verification|does not match dpop_jkt/,
    'The DPoP proof is signed by another key than the one that this code or refresh token is bound to.',
  ],
  [/DPoP proof htm mismatch/, 'The claim "htm" of the DPoP proof must be the method of this request: POST.'],
  [
    /DPoP proof htu mismatch/,
    'The claim "htu" of the DPoP proof must be the address of this endpoint, exactly as the discovery documents give it.',
  ],
  [
    /DPoP proof iat is not recent|DPoP proof must have a iat/,
    'The claim "iat" of the DPoP proof must be the present time. Make a new proof for each request, and compare the clock.',
  ],
  [/DPoP proof must have a jti/, 'The DPoP proof needs a claim "jti" that is new for each request.'],
  [
    /invalid nonce in DPoP proof|DPoP proof nonce must/,
    'The nonce of the DPoP proof is not, or no longer, one of this server. Take the one of the header DPoP-Nonce of this answer.',
  ],
  [
    /invalid DPoP key binding/,
    'The DPoP proof cannot be verified. It is a JWT with typ "dpop+jwt", the public key in its header "jwk", and a signature by that key.',
  ],
]

const pushedWords: Array<[RegExp, string]> = [
  [
    /request_uri_not_supported/,
    'The only request_uri here is the one that the pushed_authorization_request_endpoint answers with, and it stands alone.',
  ],
  [
    /Pushed Authorization Request must be used/,
    'This application must push its request first: POST it to the pushed_authorization_request_endpoint and send the person with the request_uri of the answer (RFC 9126).',
  ],
  [
    /request_uri is invalid, expired, or was already used|request_uri was already used|invalid request_uri/,
    'This request_uri is not known, was used before or is older than a minute. Push the request again.',
  ],
  [
    /code_challenge_method must be provided|not supported value of code_challenge_method/,
    'The only code_challenge_method here is S256. Send it with the code_challenge (PKCE, RFC 7636).',
  ],
  [
    /policy requires PKCE/,
    'A public application must use PKCE: send code_challenge and code_challenge_method=S256 (RFC 7636).',
  ],
]

const authorizationWords: Array<[RegExp, string]> = [
  [
    /^request_not_supported/,
    'Request objects are not read here. Leave "request" out and send the parameters themselves, or push them (RFC 9126).',
  ],
  [/^registration_not_supported/, 'The parameter "registration" is not read here. Leave it out.'],
  [/^unsupported response_type/, 'The only response_type here is "code".'],
  [
    /^unsupported response_mode/,
    'The response_mode may be query, fragment or form_post. Leave it out for query.',
  ],
  [
    /^End-User (authentication|interaction) is required/,
    'Nothing is given without asking the person. Leave "prompt" out, or send prompt=login or prompt=consent.',
  ],
]

const idTokenHintWords =
  'The id_token_hint is not an id_token that this server issued to this application. Leave it out, or send the newest one.'

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
    'This refresh token was used before, more than 30 seconds ago, so the whole access was ended. Always store the newest refresh token. Send the person to the authorization page again.',
  ],
  [
    /refresh token missing requested scope/,
    'The scope names a scope that this access does not have. On a refresh ask for some of the scopes that were granted, written as the answer had them, or leave scope out for all.',
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
    'This access has ended: the person ended it, a code or an old refresh token came twice or, with online_access, the sign-in in which it was given is over. Send the person to the authorization page again; offline_access outlasts a sign-in.',
  ],
  [
    /PKCE verification failed|code_verifier|unsupported code_challenge_method/,
    'The code_verifier does not fit the code_challenge of the authorization request, or only one of the two was sent (PKCE, RFC 7636).',
  ],
  [
    /client is invalid/,
    'There is no application with this client_id. It may have been deleted, or the link is not complete.',
  ],
  [/client not found/, 'There is no application with this client_id. Compare it with the settings page.'],
  [
    /invalid secret provided/,
    'The client_secret is wrong. Compare it with the one shown when it was made, or rotate it on the settings page.',
  ],
  [
    /authentication mechanism does not match/,
    'This application is registered for another way to prove who it is. With a secret: client_secret in the body or by HTTP Basic. With a key: client_assertion. A public one: client_id alone.',
  ],
  [
    /no client authentication mechanism/,
    'Send client_id, and client_secret for a confidential application, as form fields or by HTTP Basic.',
  ],
  [
    /invalid authorization header value format|client_secret must be provided in the Authorization|not properly encoded/,
    'The Authorization header must be Basic with client_id:client_secret, each form-encoded, then in Base64 (RFC 6749 section 2.3.1). Or send both as form fields.',
  ],
  [
    /content-type bodies are supported|failed to parse the request body/,
    'Send the parameters in the body, with Content-Type: application/x-www-form-urlencoded.',
  ],
  [/invalid max_age/, 'max_age is a whole number of seconds, such as 3600.'],
  [
    /only be provided using one mechanism/,
    'Prove who the application is in one way: by HTTP Basic, by client_secret or by client_assertion.',
  ],
  [
    /client_id mismatch/,
    'The client_id in the body differs from the one of the Authorization header or the assertion. Send the same, or leave it out.',
  ],
  [
    /unsupported grant_type requested/,
    'grant_type must be authorization_code or refresh_token, and for backend services client_credentials.',
  ],
  [
    /requested grant type is not allowed/,
    'This application may not use this grant_type. Only a backend service, registered with a key and system scopes, may use client_credentials.',
  ],
  ...assertionWords,
  ...dpopWords,
  ...pushedWords,
  ...authorizationWords,
]

/** The description to send; `given` when no row matches. */
export function describeOAuthError(given: string | undefined, detail: string | undefined): string {
  // Our own code has described already why a key cannot be fetched or used.
  if (detail && /^(jwks_uri |The key ")/.test(detail)) return toErrorDescription(detail)
  // Its detail is about keys and claims, like the detail of an assertion.
  if (given && /id_token_hint/.test(given)) return toErrorDescription(idTokenHintWords)
  const match = byDetail.find(([pattern]) => pattern.test(detail ?? '') || pattern.test(given ?? ''))
  return toErrorDescription(match?.[1] ?? given ?? 'The request was refused.')
}

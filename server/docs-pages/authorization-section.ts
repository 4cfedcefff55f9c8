import { html, type SafeHtml } from '@remix-run/html-template'
import { grantTypes } from '../http/smart-configuration.ts'
import type { Addresses } from './addresses.ts'
import { codeBlock } from './code-example.ts'
import { type DocsFacts, formatDuration, type Limits } from './docs-facts.ts'
import { contextFields, launchSection } from './launch-section.ts'
import { code, table } from './table.ts'

/** Discovery, authorize, launch, token, revoke, introspect, sign-out. */
export function authorizationSection(addresses: Addresses, facts: DocsFacts): SafeHtml {
  return html`<section aria-labelledby="authorization">
<h2 id="authorization">Authorization</h2>
<p>OAuth 2.0 (<a href="https://www.rfc-editor.org/rfc/rfc6749">RFC 6749</a>) with the authorization code grant for people and the client credentials grant for backend services, as <a href="https://hl7.org/fhir/smart-app-launch/STU2.2/">SMART App Launch</a> uses it.</p>
${discovery(addresses)}
${authorize(addresses, facts.limits)}
${launchSection(addresses, facts.limits)}
${token(addresses)}
${lifetimes(facts.limits)}
${revoke(addresses)}
${introspect(addresses)}
${signOut(addresses)}
</section>`
}

function discovery({ portal, classic }: Addresses): SafeHtml {
  const api = new URL(classic).origin
  return html`<h3 id="discovery">Discovery</h3>
<p>A client that knows one address finds the others in these documents. They need no token. The first two are at the address of the API, <code>${api}</code>, the others at <code>${portal}</code>.</p>
${table(
  'Discovery documents',
  ['Address', 'What it says'],
  [
    [
      code('GET /onpatient_api/fhir/.well-known/smart-configuration'),
      'SMART App Launch: endpoints, scopes, capabilities',
    ],
    [code('GET /onpatient_api/fhir/metadata'), 'FHIR CapabilityStatement'],
    [code('GET /.well-known/oauth-authorization-server'), 'OAuth 2.0 authorization server metadata'],
    [code('GET /.well-known/openid-configuration'), 'The same for OpenID Connect'],
    [code('GET /.well-known/jwks.json'), 'The keys with which id tokens are signed'],
    [code('GET /api/fhir/metadata'), 'DSTU2 Conformance, for clients that start there; it serves no records'],
    [
      html`<a href="/.well-known/smart-brands"><code>GET /.well-known/smart-brands</code></a>`,
      'User-access brands: the practices that can be found here, as a FHIR Bundle',
    ],
    [
      html`<a href="/.well-known/service-base-urls"><code>GET /.well-known/service-base-urls</code></a>, <a href="/.well-known/service-base-urls.csv"><code>.csv</code></a>`,
      'Service base addresses of these practices, as a FHIR Bundle of Endpoints and Organizations, or as a table',
    ],
  ],
)}`
}

function authorize({ authorize: address, r4 }: Addresses, { codeSeconds }: Limits): SafeHtml {
  return html`<h3 id="authorize">Authorize</h3>
${codeBlock('Opened by the browser of the person', `GET ${address}`)}
${table(
  'Parameters of the authorization request',
  ['Parameter', 'Needed', 'Value'],
  [
    [code('response_type'), 'yes', code('code')],
    [code('client_id'), 'yes', 'The id of the application'],
    [
      code('redirect_uri'),
      'yes',
      'One of its redirect URIs, letter by letter. For a public application the port of a loopback address (127.0.0.1, [::1], localhost) may differ (RFC 8252 §7.3).',
    ],
    [
      code('scope'),
      'no',
      'Permissions with spaces between them. Without it the application asks for all of its permissions. The server drops those for which the application is not registered, and refuses the request when none remains.',
    ],
    [code('state'), 'no', 'Any text; comes back byte for byte. Without it none comes back. Do send it.'],
    [
      code('code_challenge'),
      'public applications',
      html`PKCE (<a href="https://www.rfc-editor.org/rfc/rfc7636">RFC 7636</a>). When it was sent, the token request must bring the <code>code_verifier</code>.`,
    ],
    [code('code_challenge_method'), 'with code_challenge', html`<code>S256</code>`],
    [
      code('aud'),
      'with a launch URL or dynamic registration',
      html`The base of the API that the tokens are for, such as <code>${r4}</code>; a wrong one is refused`,
    ],
    [code('launch'), 'with the scope launch', html`The <a href="#launch">launch id</a> as it came`],
    [code('nonce'), 'no', html`With the scope <code>openid</code>: comes back in the id token`],
    [
      code('prompt'),
      'no',
      html`<code>login</code> asks for the password again, <code>select_account</code> asks whether to go on with the signed-in account. <code>none</code> shows no page and answers <code>login_required</code>, or <code>consent_required</code> when the person is signed in`,
    ],
    [
      code('max_age'),
      'no',
      html`With <code>openid</code>: the largest age of the sign-in in seconds. After an older sign-in the person gives the password again. The id token then has <code>auth_time</code>`,
    ],
    [code('login_hint'), 'no', 'An e-mail address for the sign-in form'],
    [
      code('id_token_hint'),
      'no',
      html`With <code>openid</code>: an id token of your application. Only this person can go on`,
    ],
  ],
)}
<p>The browser comes back to <code>redirect_uri</code> with these parameters:</p>
${table(
  'Parameters of the authorization answer',
  ['Parameter', 'When', 'Value'],
  [
    [code('code'), 'Authorize was pressed', `Works once, for ${formatDuration(codeSeconds)}`],
    [
      code('error'),
      'Cancel was pressed, or the request had a fault',
      html`<code>access_denied</code>, or one of the <a href="#oauth-errors">errors below</a>; with <code>error_description</code>`,
    ],
    [code('state'), 'it was sent', 'As sent'],
    [code('iss'), 'always', 'The address of this authorization server (RFC 9207)'],
  ],
)}
<p>A wrong <code>client_id</code> or <code>redirect_uri</code> leads to a page for the person and never to another site.</p>`
}

function token({ token: address }: Addresses): SafeHtml {
  return html`<h3 id="token">Token</h3>
${codeBlock('Request', `POST ${address}\nContent-Type: application/x-www-form-urlencoded`)}
${table(
  'Parameters of the token request',
  ['Parameter', 'Code exchange', 'Refresh', 'Backend service'],
  [
    [code('grant_type'), ...grantTypes.map(code)],
    [code('code'), 'The code of the redirect', '–', '–'],
    [code('redirect_uri'), 'The same as in the authorization request', 'Ignored', '–'],
    [code('code_verifier'), 'When a code_challenge was sent', '–', '–'],
    [code('refresh_token'), '–', 'The newest one', '–'],
    [
      code('scope'),
      '–',
      'Optional: fewer permissions for this access token',
      html`<code>system</code> scopes that a practice approved`,
    ],
    [code('client_id'), 'Yes, unless HTTP Basic names it', 'The same', '–'],
    [code('client_secret'), 'Confidential applications, unless HTTP Basic brings it', 'The same', '–'],
    [
      code('client_assertion'),
      'Applications with a key, instead of a secret',
      'The same',
      html`Yes, with <code>client_assertion_type</code>`,
    ],
  ],
)}
<p>A confidential application authenticates with <code>client_id</code> and <code>client_secret</code>, either in the body or as user name and password of HTTP Basic. A public application sends its <code>client_id</code> alone. Parameters in the address are refused, because addresses end up in logs.</p>
<p>The answer is JSON and must not be cached:</p>
${table(
  'Fields of the token answer',
  ['Field', 'Value'],
  [
    [
      code('access_token'),
      html`Send it as <code>Authorization: Bearer …</code>. Its text has no meaning for clients.`,
    ],
    [code('token_type'), code('Bearer')],
    [code('expires_in'), 'Seconds until the access token ends, as an integer'],
    [
      code('refresh_token'),
      html`For the <a href="#lifetimes">next access token</a>; absent when the person allows access once`,
    ],
    [
      code('scope'),
      html`The granted permissions, which may be fewer than you asked for. With a refresh token <code>offline_access</code> or <code>online_access</code> is among them.`,
    ],
    ...contextFields.map((row) => [...row]),
    [
      code('id_token'),
      html`With the scope <code>openid</code>: who signed in, as a signed token; with <code>fhirUser</code> the address of that person's record: a Practitioner, a Patient or, for somebody who cares for the patient, a RelatedPerson. Your token can read it`,
    ],
  ],
)}`
}

function lifetimes(facts: Limits): SafeHtml {
  return html`<h3 id="lifetimes">How long things last</h3>
${table(
  'Lifetimes',
  ['What', 'How long', 'In seconds'],
  [
    ['Code', `${formatDuration(facts.codeSeconds)}, one use`, facts.codeSeconds],
    ['Access token', formatDuration(facts.accessTokenSeconds), facts.accessTokenSeconds],
    [
      'Refresh token',
      `${formatDuration(facts.refreshTokenSeconds)} after its last use, one use each`,
      facts.refreshTokenSeconds,
    ],
  ],
)}
<ul>
<li>The second use of a code is refused, and the tokens of its first use end.</li>
<li>Each refresh brings a new refresh token and uses up the one sent. The second use of a refresh token ends the whole access, because the token may have been stolen.${facts.refreshGraceSeconds > 0 ? ` For ${formatDuration(facts.refreshGraceSeconds)} a used one still works, in case the first answer got lost.` : ''}</li>
<li>With <code>online_access</code> and without <code>offline_access</code>, refreshing works only while the person stays signed in, in the browser in which they gave the access.</li>
<li>The person can end the access at any time. From that moment every token of it answers 401.</li>
</ul>`
}

function revoke({ revoke: address }: Addresses): SafeHtml {
  return html`<h3 id="revoke">Revoke</h3>
<p>Ends an access that your application no longer needs (<a href="https://www.rfc-editor.org/rfc/rfc7009">RFC 7009</a>). The client authenticates as for a token. The answer is 200 with an empty body, also for an unknown token.</p>
${codeBlock('Request', `POST ${address}\nContent-Type: application/x-www-form-urlencoded\n\ntoken=REFRESH_TOKEN&client_id=CLIENT_ID&client_secret=CLIENT_SECRET`)}
${table(
  'Parameters of the revocation request',
  ['Parameter', 'Value'],
  [
    [
      code('token'),
      'An access or refresh token of your application; the other tokens of the same access end, too',
    ],
    [code('token_type_hint'), html`Optional: <code>access_token</code> or <code>refresh_token</code>`],
  ],
)}`
}

function introspect({ introspect: address }: Addresses): SafeHtml {
  return html`<h3 id="introspect">Introspect</h3>
<p>Reports the state of a token of your own application (<a href="https://www.rfc-editor.org/rfc/rfc7662">RFC 7662</a>). The client authenticates as for a token. A public client cannot, so every token is inactive for it.</p>
${codeBlock('Request', `POST ${address}\nContent-Type: application/x-www-form-urlencoded\n\ntoken=ACCESS_TOKEN&client_id=CLIENT_ID&client_secret=CLIENT_SECRET`)}
${table(
  'Fields of the introspection answer',
  ['Field', 'Value'],
  [
    [
      code('active'),
      html`<code>true</code> while the token works. Otherwise <code>false</code> without any other field, also for a token of another application.`,
    ],
    [code('scope'), 'The granted permissions'],
    [code('client_id'), 'Your application'],
    [code('exp'), 'When it ends, in seconds since 1970'],
    [code('iat'), 'When it was issued, in seconds since 1970'],
    [code('sub'), 'The account that gave the access'],
    ...contextFields.map((row) => [...row]),
    [code('fhirUser'), html`With the scope <code>fhirUser</code>: the address of the person's record`],
  ],
)}`
}

function signOut({ portal }: Addresses): SafeHtml {
  return html`<h3 id="sign-out">Sign out</h3>
<p>Signs the person out of this browser (<a href="https://openid.net/specs/openid-connect-rpinitiated-1_0.html">OpenID Connect RP-Initiated Logout</a>). Send the browser there, by a link or a form.</p>
${codeBlock('Opened by the browser of the person', `GET ${portal}/o/logout/`)}
${table(
  'Parameters of the sign-out request',
  ['Parameter', 'Value'],
  [
    [
      code('id_token_hint'),
      'An id token of your application, expired or not. When it was issued in this sign-in, the person is signed out at once; otherwise a page asks first.',
    ],
    [code('client_id'), 'Your application, when there is no id token'],
    [
      code('post_logout_redirect_uri'),
      'Where the browser goes afterwards: one of the addresses registered for your application, letter by letter',
    ],
    [code('state'), 'Any text; comes back with it'],
  ],
)}
<p>The access of applications stays. <a href="#revoke">Revoke</a> a token to end it.</p>`
}

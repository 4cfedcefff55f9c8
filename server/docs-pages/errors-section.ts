import { html, type SafeHtml } from '@remix-run/html-template'
import { type Category, errorCatalogue, errorCodeSystem, OnpatientError, statusOf } from '../errors.ts'
import { outcomeOf } from '../http/operation-outcome.ts'
import { grantTypes } from '../http/smart-configuration.ts'
import { codeBlock } from './code-example.ts'
import { code, table } from './table.ts'

/** Errors of the API and of OAuth, and the status codes. */
export function errorsSection(): SafeHtml {
  return html`<section aria-labelledby="errors">
<h2 id="errors">Errors</h2>
<p>An error says in plain words what to change. The API answers with <code>detail</code> and a FHIR OperationOutcome in one JSON object, the authorization endpoints with the fields of RFC 6749. <code>X-Request-Id</code> finds the request in the log of the server.</p>
${codeBlock('An error of the API', JSON.stringify(exampleOfClassicApi, undefined, 2))}
<h3 id="status">Status codes</h3>
${table(
  'Status codes',
  ['Status', 'Means', 'Do'],
  statusWords.map(([status, means, advice]) => [code(String(status)), means, advice]),
)}
<h3 id="codes">Error codes</h3>
<p>Each error of this server has one of these codes. An OperationOutcome has it in <code>issue.details.coding</code> with the system <code>${errorCodeSystem}</code>. <code>GET /fhir/r4/CodeSystem/onpatient-error-code</code> serves that system without a token. <code>issue.expression</code> names the element or the parameter at fault.</p>
${table(
  'Error codes',
  ['Code', 'Status', 'What happened, and what to do'],
  Object.entries(errorCatalogue).map(([name, { category, meaning }]) => [
    code(name),
    statusOf[category],
    meaning,
  ]),
)}
<h3 id="oauth-errors">OAuth errors</h3>
<p>The body of a token, revoke or introspect answer, or the parameters of the redirect, have <code>error</code> and <code>error_description</code>.</p>
${table(
  'OAuth errors',
  ['error', 'Status', 'What happened'],
  oauthErrors.map(([name, status, meaning]) => [code(name), status, meaning]),
)}
</section>`
}

const example = new OnpatientError('token-expired', errorCatalogue['token-expired'].meaning)
const exampleOfClassicApi = { ...outcomeOf(example, 'REQUEST_ID'), detail: example.message }

/** A row for each category: `tsc` refuses a category without one. */
const adviceOf = {
  incorrect: ['Something in the request is wrong', 'Read the message, change the request'],
  unauthenticated: [
    'The token is missing, unknown, expired or ended. WWW-Authenticate says which',
    'Refresh, or send the person to step 1 again',
  ],
  forbidden: ['The token does not cover this', 'Ask for the scope that the message names'],
  'not-found': ['There is nothing that this token may see', 'Check the id'],
  unsupported: ['This address does not answer this method', 'See the Allow header'],
  precondition: [
    'The record changed since you read it, or several match',
    'Read it again and repeat the change',
  ],
  unprocessable: [
    'The body breaks a rule of FHIR or of the store',
    'Correct the places that the message names',
  ],
  'too-large': ['The body is too large', 'Send it in several requests'],
  'media-type': ['This address does not read the Content-Type', 'Use one that the message names'],
  'not-acceptable': ['The server cannot answer in the format of the request', 'Ask for JSON'],
  conflict: ['It exists already', 'Choose another value'],
  gone: ['A link was used or is too old', 'Ask for a new one'],
  'too-many': ['Too many requests', 'Wait for the seconds in Retry-After'],
  fault: ['A fault of this server', 'Try again later; report the request id'],
  timeout: ['The request took longer than its bound', 'Ask for less at once'],
  unavailable: [
    'The server cannot store or read just now; nothing was changed',
    'Wait for the seconds in Retry-After',
  ],
} as const satisfies Record<Category, readonly [string, string]>

const statusWords: ReadonlyArray<readonly [number, string, string]> = [
  [200, 'The request succeeded', '–'] as const,
  ...Object.entries(adviceOf).map(
    ([category, [means, advice]]) => [statusOf[category as Category], means, advice] as const,
  ),
].sort(([left], [right]) => left - right)

const oauthErrors: ReadonlyArray<readonly [string, string, string]> = [
  ['access_denied', 'redirect', 'The person pressed Cancel, or unticked everything'],
  [
    'invalid_request',
    '400, redirect',
    'A parameter is missing, doubled or malformed, or client authentication came in two ways',
  ],
  ['invalid_client', '401', 'Unknown client_id, or wrong, missing or unexpected client_secret'],
  [
    'invalid_grant',
    '400',
    'The code or refresh token is used, expired or ended, belongs to another application, or redirect_uri or code_verifier do not fit',
  ],
  ['invalid_scope', '400, redirect', 'None of the scopes is one of the application'],
  ['invalid_target', '400, redirect', 'aud or resource is not this API'],
  ['unauthorized_client', '400, redirect', 'The application may not use this grant type'],
  ['unsupported_grant_type', '400', `grant_type is none of ${grantTypes.join(', ')}`],
  ['unsupported_response_type', 'redirect', 'response_type is not code'],
  [
    'login_required, consent_required',
    'redirect',
    'prompt=none was sent, but the person would have had to act',
  ],
  ['temporarily_unavailable', '503', 'The server cannot store anything just now'],
  ['server_error', '500', 'A fault of this server'],
]

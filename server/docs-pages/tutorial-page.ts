import { html, type SafeHtml } from '@remix-run/html-template'
import { notice } from '../pages/form.ts'
import type { ContentsEntry } from '../pages/page.ts'
import type { Addresses } from './addresses.ts'
import { codeBlock, codeExample, languageChoice } from './code-example.ts'
import { type DocsFacts, formatDuration, type Limits } from './docs-facts.ts'
import { code, table } from './table.ts'
import {
  exchangeExample,
  immunizationsExample,
  linkExample,
  patientExample,
  refreshExample,
} from './tutorial-examples.ts'

export const tutorialContents: readonly ContentsEntry[] = [
  { id: 'account', title: 'Create an account' },
  { id: 'application', title: 'Create your application' },
  { id: 'setup', title: 'Set up your client' },
  { id: 'oauth', title: 'Get access with OAuth' },
  { id: 'step-1', title: 'Step 1: send the person to us', level: 3 },
  { id: 'step-2', title: 'Step 2: the person decides', level: 3 },
  { id: 'step-3', title: 'Step 3: exchange the code', level: 3 },
  { id: 'refresh', title: 'Refresh an access token' },
  { id: 'api', title: 'Use the API' },
  { id: 'patient', title: 'Who the patient is', level: 3 },
  { id: 'immunizations', title: 'Immunizations, page by page', level: 3 },
  { id: 'next', title: 'Where to go from here' },
]

export function tutorialBody(addresses: Addresses, { isProduction, limits }: DocsFacts): SafeHtml {
  return html`<h1>Tutorial</h1>
<p class="lead">From a new account to a person's immunizations in your program, in a few small steps. The addresses on this page are those of the server that shows it. Every detail is in the <a href="/api_fhir/api-docs/documentation">documentation</a>.</p>
${isProduction ? '' : demoBox()}
${languageChoice()}
${beforeYouCall(addresses)}
${oauth(addresses, limits)}
${refresh(addresses, limits)}
${api(addresses)}
${whereNext()}`
}

function demoBox(): SafeHtml {
  return html`<aside class="try-it" aria-labelledby="try-it">
<h2 id="try-it">Try it in the browser in one minute</h2>
<p>A small client is built into this server. It takes every step of this page for you and shows each request with its answer.</p>
<a class="button button-primary" href="/demo/client">Open the demo client</a>
</aside>`
}

function beforeYouCall({ authorize, token }: Addresses): SafeHtml {
  return html`<section aria-labelledby="account">
<h2 id="account">Create an account</h2>
<p>You need an account to register and try your application, and it must be associated with at least one provider: a practitioner of a practice. <a href="/signup">Sign up</a> in the way that fits you:</p>
<ul>
<li>As a <strong>developer</strong> you get a sandbox practice of your own with made-up patients. You can start at once.</li>
<li>As a <strong>practice</strong> you become its first provider.</li>
<li>As a <strong>patient</strong> you follow the invitation that your practice mails to you.</li>
</ul>
</section>
<section aria-labelledby="application">
<h2 id="application">Create your application</h2>
<ol class="steps">
<li>Open the <a href="/account/settings">settings</a> (in the menu under your name) and find <strong>FHIR API Application</strong>.</li>
<li>Add an application, or press <strong>Edit</strong> on the one you have.</li>
<li>Enter its name and one or more redirect URIs.</li>
<li>Press <strong>Save Changes</strong> at the bottom, and keep the client secret: it is shown this one time.</li>
</ol>
<p>A <strong>redirect URI</strong> is an address of yours, starting with <code>http://</code> or <code>https://</code>, to which we send the person back after the sign-in. Only you should control it. A friendly page such as “Your record is now connected” makes a good end of the way, but it may show nothing at all.</p>
</section>
<section aria-labelledby="setup">
<h2 id="setup">Set up your client</h2>
<p>Any OAuth 2.0 library will do, and so will any HTTP client, as the examples below show. There are <a href="/api_fhir/api-docs/samples">whole programs with the libraries</a> of Python, JavaScript, TypeScript, Java, Go, Rust, PHP, Ruby, Perl and C#. A library asks you for the client id, the client secret and the redirect URI, which are on the settings page, and for these two addresses:</p>
${codeBlock('Authorize URL', authorize)}
${codeBlock('Access token URL', token)}
</section>`
}

function oauth(addresses: Addresses, { codeSeconds, accessTokenSeconds }: Limits): SafeHtml {
  return html`<section aria-labelledby="oauth">
<h2 id="oauth">Get access with OAuth</h2>
<p>With OAuth 2.0 a person lets your application read a record without telling you a password. It goes like this:</p>
<ol class="steps">
<li>You send the person's browser to our authorization page.</li>
<li>The person signs in, sees what you ask for and agrees. The browser comes back to your redirect URI with a code.</li>
<li>Your server exchanges the code for an access token and a refresh token.</li>
</ol>
<h3 id="step-1">Step 1: send the person to us</h3>
<p>Show a button, “Connect to onpatient” for instance. It is a plain link to this address:</p>
${codeExample('The link', linkExample(addresses))}
${table(
  'Parameters of the link',
  ['Parameter', 'What it holds'],
  [
    [code('client_id'), 'The client id of your application.'],
    [code('redirect_uri'), 'One of your redirect URIs, letter by letter as you registered it.'],
    [
      code('scope'),
      html`The permissions you ask for, with spaces between them. Leave it out to ask for all that your application has. The <a href="/api_fhir/api-docs/documentation#scopes">documentation lists them</a>.`,
    ],
    [
      code('state'),
      "Optional, but do send it: an unguessable value that comes back unchanged. Compare it, and nobody can slip a foreign code into your person's session.",
    ],
  ],
)}
<p>Each value is URL-encoded.</p>
<h3 id="step-2">Step 2: the person decides</h3>
<p>After the sign-in the person sees the name of your application and what each permission would let it read. Single permissions can be unticked.</p>
<ul>
<li><strong>Authorize</strong> leads to your redirect URI with the parameter <code>code</code>, and with your <code>state</code>.</li>
<li><strong>Cancel</strong> leads there as well, with <code>error=access_denied</code> in place of a code.</li>
</ul>
${notice('warning', html`<p>The code lives for ${formatDuration(codeSeconds)}. Exchange it before you show a page.</p>`)}
<h3 id="step-3">Step 3: exchange the code</h3>
<p>A code works once. Send it to the access token URL from your server, where the client secret is safe:</p>
${codeExample('Exchange the code', exchangeExample(addresses))}
<p>The answer:</p>
${codeBlock(
  'JSON',
  `{
  "access_token": "ACCESS_TOKEN",
  "token_type": "Bearer",
  "expires_in": ${accessTokenSeconds},
  "refresh_token": "REFRESH_TOKEN",
  "scope": "patient/*.read offline_access",
  "patient": "PATIENT_ID"
}`,
)}
<p>That is all you need to call the API in this person's name. A token reaches the records that the person may see, narrowed to the permissions in <code>scope</code>: look there, as the person may have unticked some. <code>patient</code> is there when the token is about exactly one patient.</p>
</section>`
}

function refresh(addresses: Addresses, { accessTokenSeconds }: Limits): SafeHtml {
  return html`<section aria-labelledby="refresh">
<h2 id="refresh">Refresh an access token</h2>
<p>An access token lasts ${formatDuration(accessTokenSeconds)}; <code>expires_in</code> says so in seconds. To spare the person another visit, trade the refresh token for new tokens. Compared with step 3, <code>refresh_token</code> takes the place of <code>code</code>, <code>grant_type</code> is <code>refresh_token</code>, and there is no <code>redirect_uri</code>.</p>
${codeExample('Refresh', refreshExample(addresses))}
<p>Each answer brings a new refresh token. Store it at once, because the one you sent is used up.</p>
</section>`
}

function api(addresses: Addresses): SafeHtml {
  const sameOrigin = addresses.classic.startsWith(`${addresses.portal}/`)
  return html`<section aria-labelledby="api">
<h2 id="api">Use the API</h2>
<p>${
    sameOrigin
      ? 'On this server the API shares its host with the authorization pages; elsewhere the two may differ. The API starts at:'
      : 'Take care: the API has another host than the authorization pages. It starts at:'
  }</p>
${codeBlock('API', addresses.classic)}
<h3 id="patient">Who the patient is</h3>
<p>Records with an id are read at <code>/TYPE/ID</code>. This is how to get name, date of birth and address of a patient:</p>
${codeExample('Read a patient', patientExample(addresses))}
<p>Do not know the id? It is <code>patient</code> in the token answer, and <code>/Patient</code> lists every patient that the token reaches: a parent may see several children.</p>
<h3 id="immunizations">Immunizations, page by page</h3>
<p>A list such as <code>/Immunization</code> comes in pages. Follow <code>next</code> until it is <code>null</code>, and you have every record exactly once:</p>
${codeExample('Read all pages', immunizationsExample(addresses))}
<p>One page looks like this. Each result is a FHIR R4 <a href="https://hl7.org/fhir/R4/immunization.html">Immunization</a>:</p>
${codeBlock(
  'JSON',
  `{
  "count": 73,
  "next": "${addresses.classic}/Immunization?cursor=…",
  "previous": null,
  "results": [
    {
      "resourceType": "Immunization",
      "id": "…",
      "status": "completed",
      "vaccineCode": { "text": "Influenza, seasonal, injectable" },
      "patient": { "reference": "Patient/PATIENT_ID" },
      "occurrenceDateTime": "2025-10-02"
    }
  ]
}`,
)}
</section>`
}

function whereNext(): SafeHtml {
  return html`<section aria-labelledby="next">
<h2 id="next">Where to go from here</h2>
<ul>
<li><a href="/api_fhir/api-docs/samples">Samples with libraries: the whole way in one program</a></li>
<li><a href="/api_fhir/api-docs/documentation#types">Every type of record and its filters</a></li>
<li><a href="/api_fhir/api-docs/documentation#scopes">Permissions, in plain words</a></li>
<li><a href="/api_fhir/api-docs/documentation#errors">Errors and what to do about them</a></li>
</ul>
</section>`
}

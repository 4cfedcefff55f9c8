import { html, type SafeHtml } from '@remix-run/html-template'
import type { Addresses } from './addresses.ts'
import { codeBlock } from './code-example.ts'
import { formatDuration, type Limits } from './docs-facts.ts'
import { code, table } from './table.ts'

/** SMART App Launch: how an application learns its patient. */
export function launchSection({ r4 }: Addresses, { launchSeconds }: Limits): SafeHtml {
  return html`<h3 id="launch">Launch: which patient it is about</h3>
<p>An application that works on one patient at a time learns which one in one of two ways. It <strong>starts alone</strong> with the scope <code>launch/patient</code>: then a person chooses a record of the family, and a provider finds a patient of the practice. Or it is <strong>opened from here</strong>: from a record in the portal, or beside a patient on the desk of a practice.</p>
<p>To be opened, an application needs a launch URL, which its developer enters under <em>FHIR API Application</em>. The browser opens it in a new tab:</p>
${codeBlock('Opened by the portal', `GET LAUNCH_URL?iss=${encodeURIComponent(r4)}&launch=LAUNCH_ID`)}
<p>The application finds the endpoints at <code>${r4}/.well-known/smart-configuration</code> and sends the person to the authorization page with the scope <code>launch</code>, the parameter <code>launch</code> as it came and <code>aud</code> as it came in <code>iss</code>. The launch id works once, within ${formatDuration(launchSeconds)}, for this application and for the account that opened it. The desk offers the applications of people of the practice, and those that the person has connected. The record of a patient offers the applications that the person owns or has connected.</p>
${table(
  'What goes wrong with a launch',
  ['What happened', 'What comes back'],
  [
    [
      html`<code>launch</code> without the scope of that name, or the scope without it`,
      code('invalid_request'),
    ],
    ['The launch id is unknown, too old, used, or of another application', code('invalid_request')],
    ['Another account is signed in than the one that opened the application', code('access_denied')],
    ['The person does not reach that patient any more', code('access_denied')],
  ],
)}
<h4 id="launch-scopes">What such a token reads</h4>
<p>It reads that one patient, as long as the person reaches them. When a patient leaves the panel of the practice, the next request is refused. <code>user</code> scopes are about the same patient, unless the provider ticks on the consent page that they reach all patients of the practice. Then <code>patient</code> scopes still read the one patient alone, and each request uses the scopes of one context: those of <code>user</code> when they give every type that the request needs, otherwise those of the one patient. An application that reads the record of its user, <code>fhirUser</code>, needs that tick as well as a scope such as <code>user/Practitioner.rs</code>.</p>
<p><code>launch/encounter</code> is granted when the application was opened for a visit. When it starts alone, the person first chooses a patient, as with <code>launch/patient</code>, and then one of the latest visits or none. Without a visit the scope is not granted.</p>`
}

/** Fields of the answers about a token for one patient. */
export const contextFields: ReadonlyArray<[SafeHtml, SafeHtml | string]> = [
  [code('patient'), 'The id of the patient, when the token is about exactly one'],
  [code('encounter'), 'The id of the visit that the application was opened for, or that the person chose'],
  [code('intent'), 'A word for the purpose of the launch'],
  [
    code('fhirContext'),
    html`Other records that it was opened with: a list of objects with <code>reference</code> and perhaps <code>role</code>`,
  ],
  [
    code('need_patient_banner'),
    html`<code>true</code>: show whose record it is, because nothing around the application shows it`,
  ],
  [code('smart_style_url'), 'Colours and sizes of this portal, for an application that wants to look alike'],
]

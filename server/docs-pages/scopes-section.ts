import { html, type SafeHtml } from '@remix-run/html-template'
import { code, table } from './table.ts'

/** The permissions, and whose records they reach. */
export function scopesSection(): SafeHtml {
  return html`<section aria-labelledby="scopes">
<h2 id="scopes">Permissions (scopes)</h2>
<p>A scope for records has three parts: whose records, <code>/</code>, which type (<code>*</code> for every type), <code>.</code>, and what may be done. SMART version 1 writes <code>read</code>; version 2 writes <code>rs</code>, read by id and search lists. Both mean the same here and can be mixed.</p>
${table(
  'Scopes',
  ['Scope', 'In plain words'],
  [
    [code('patient/*.read'), 'Read every record of the patients that the person chose'],
    [code('patient/Immunization.read'), 'Read their immunizations, nothing else'],
    [code('patient/Immunization.rs'), 'The same in the notation of version 2'],
    [code('patient/Patient.r'), 'Read a patient by id, but list none'],
    [code('user/*.read'), 'Read every record that the person may see: for providers, that of their patients'],
    [
      code('offline_access'),
      'Go on reading while the person is away; a classic application gets a refresh token without asking',
    ],
    [
      code('online_access'),
      'Go on reading while the person is signed in here; refreshing stops when the sign-in ends',
    ],
    [
      code('openid'),
      'Learn which account signed in: an id token comes with the access token. Works alone, without access to records',
    ],
    [code('profile'), html`With <code>openid</code>: learn the person's name`],
    [code('email'), html`With <code>openid</code>: learn the person's e-mail address`],
    [
      code('fhirUser'),
      html`With <code>openid</code>: learn which record is the person's own, and read that one`,
    ],
    [
      code('launch/patient'),
      html`Be about one patient, whom the person chooses: see <a href="#launch">launch</a>`,
    ],
    [code('launch'), 'Be about the patient for whom the portal opened the application'],
    [
      code('launch/encounter'),
      'Be told the visit for which it was opened, or that the person chose, if there is one',
    ],
  ],
)}
<p>Practices write, patients do not. <code>user/Immunization.cud</code> (version 1: <code>user/Immunization.write</code>) lets a provider or staff member tick, on the consent page, that the application may add, correct and delete immunizations of the practice; <code>system/</code> scopes do so for a service that the practice approves. For a patient they give nothing, and <code>patient/</code> scopes for writing are refused when an application is registered.</p>
<h3 id="reach">Whose records</h3>
<p>Scopes say what kind of record; the person's account says whose:</p>
<ul>
<li>A <strong>patient</strong> reaches their own record.</li>
<li>A <strong>proxy</strong>, such as a parent, reaches the records of those they care for.</li>
<li>A <strong>provider</strong> reaches the patients of their practice.</li>
</ul>
<p>Everything else does not exist for this token: another patient's id answers 404, and another patient in a filter gives an empty list. Practitioners, places and organizations of the practice can be read along with the records that name them.</p>
</section>`
}

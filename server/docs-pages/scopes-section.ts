import { html, type SafeHtml } from '@remix-run/html-template'
import type { ScopeFact } from './docs-facts.ts'
import { code, table, withCode } from './table.ts'

/** The scopes, and whose records they reach. */
export function scopesSection(scopes: readonly ScopeFact[]): SafeHtml {
  return html`<section aria-labelledby="scopes">
<h2 id="scopes">Permissions (scopes)</h2>
<p>A scope for records has three parts: whose records, <code>/</code>, which type (<code>*</code> for every type), <code>.</code>, and what may be done. SMART version 1 writes <code>read</code>; version 2 writes <code>rs</code>, read by id and search lists. Both mean the same here and can be mixed.</p>
${table(
  'Scopes',
  ['Scope', 'In plain words'],
  scopes.map(({ scope, documentation, kind }) => [
    code(scope),
    html`${withCode(documentation)}${kind === 'launch' ? html`: see <a href="#launch">launch</a>` : ''}`,
  ]),
)}
<p>Practices write, patients do not. <code>user/Immunization.cud</code> (version 1: <code>user/Immunization.write</code>) lets a provider or staff member tick, on the consent page, that the application may add, correct and delete immunizations of the practice; <code>system/</code> scopes do so for a service that the practice approves. Patients cannot give them, and <code>patient/</code> scopes for writing are refused when an application is registered.</p>
<h3 id="reach">Whose records</h3>
<p>A scope says which kind of record. The account of the person says whose:</p>
<ul>
<li>A <strong>patient</strong> reaches their own record.</li>
<li>A <strong>proxy</strong>, such as a parent, reaches the records of those they care for.</li>
<li>A <strong>provider</strong> reaches the patients of their practice.</li>
</ul>
<p>For this token nothing else exists: another patient's id answers 404, and another patient in a filter gives an empty list. Practitioners, places and organizations of the practice can be read along with the records that name them.</p>
</section>`
}

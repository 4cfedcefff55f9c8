import { html, type SafeHtml } from '@remix-run/html-template'
import type { DocsFacts } from './docs-facts.ts'
import { code, table } from './table.ts'

/** What holds for all requests: limits, browsers of other origins, what stays as it is. */
export function conductSection(facts: DocsFacts): SafeHtml {
  return html`<section aria-labelledby="limits">
<h2 id="limits">Limits</h2>
${table(
  'Limits',
  ['What', 'Limit'],
  [
    [
      'Token, revoke and introspect requests',
      `${facts.limits.tokenRequestsPerMinute.toLocaleString('en')} a minute from one network address`,
    ],
    ['Records on a page', `${facts.limits.maximumPageSize}`],
    ['Body of a request', '64 kB'],
  ],
)}
<p>Beyond the rate limit the answer is 429, and <code>Retry-After</code> says how many seconds to wait.</p>
</section>
<section aria-labelledby="cors">
<h2 id="cors">Calls from web pages (CORS)</h2>
<p>Pages of any origin may call the API, the discovery documents and the token, revoke and introspect endpoints: they answer with <code>Access-Control-Allow-Origin: *</code>, on errors as well. Cookies play no part there. The authorization page is not called but opened, as a whole page or in a window of its own.</p>
<p>A web page cannot keep a secret: register such an application as <strong>public</strong> and use PKCE.</p>
</section>
<section aria-labelledby="stability">
<h2 id="stability">What stays as it is</h2>
<ul>
<li>Addresses, parameters, fields and error codes on this page keep their meaning.</li>
<li>New fields, parameters, types, scopes and error codes may appear at any time. Ignore what you do not know.</li>
<li>The texts of messages, the form of tokens and cursors, and the order of records within a list may change.</li>
<li>Should something have to go, it is announced in the change log, and to the owners of applications, at least twelve months before.</li>
</ul>
</section>
${facts.isProduction ? '' : settings(facts)}`
}

function settings({ settings: rows }: DocsFacts): SafeHtml {
  return html`<section aria-labelledby="settings">
<h2 id="settings">Settings of the server</h2>
<p>For those who run this server: environment variables, all optional. This part is shown outside production only.</p>
${table(
  'Settings',
  ['Name', 'What for'],
  rows.map((row) => [
    code(row.name),
    html`${row.help}<br><span class="soft">Takes ${row.form}. Default: ${row.default}.</span>`,
  ]),
)}
</section>`
}

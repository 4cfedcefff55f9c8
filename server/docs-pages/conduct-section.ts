import { html, type SafeHtml } from '@remix-run/html-template'
import { type LimitArea, limitRows } from '../limits.ts'
import type { DocsFacts } from './docs-facts.ts'
import { code, table } from './table.ts'

/** Rules for all requests: limits, browsers of other origins, and what stays as it is. */
export function conductSection(facts: DocsFacts): SafeHtml {
  const { policy, windowSeconds } = limitRows.tokenRequests
  const most = facts.limits.tokenRequests
  // The example: a fortieth of the limit is used up.
  const left = most - Math.floor(most / 40)
  const secondsToFull = Math.ceil(((most - left) * windowSeconds) / most)
  return html`<section aria-labelledby="limits">
<h2 id="limits">Limits</h2>
<p>All limits are wide: an app that fetches ten years of records of a whole household stays far inside.</p>
${bounds('How many requests may come', facts.bounds.rate)}
<p>Every answer of the API says how much of a limit is left (draft-ietf-httpapi-ratelimit-headers):</p>
<pre tabindex="0"><code>RateLimit-Policy: "${policy}";q=${most};w=${windowSeconds}
RateLimit: "${policy}";r=${left};t=${secondsToFull}</code></pre>
<p>In this example ${most.toLocaleString('en')} requests may come at once and are all there again after ${windowSeconds} seconds without a request; ${left.toLocaleString('en')} are left, and all of them are there again in ${secondsToFull} seconds. Each entry of a Bundle counts as one. A token that was refreshed counts with the one before it.</p>
<p>Beyond a limit the answer is 429. Its <code>RateLimit-Policy</code> names the limit, and <code>Retry-After</code> says how many seconds to wait; an earlier request answers 429 again and does nothing. Applications in browsers can read all three headers.</p>
${bounds('What one request may ask for', facts.bounds.request)}
<p>A page of a list has at most ${facts.limits.maximumPageSize} records.</p>
${bounds('What one account, application or practice has', facts.bounds.ownership)}
${bounds('Mail', facts.bounds.mail)}
</section>
<section aria-labelledby="cors">
<h2 id="cors">Calls from web pages (CORS)</h2>
<p>Pages of any origin may call the API, the discovery documents and the token, revoke and introspect endpoints: they answer with <code>Access-Control-Allow-Origin: *</code>, on errors as well. Cookies play no part there. Open the authorization page in the browser, as a whole page or in a window of its own, and do not call it.</p>
<p>A web page cannot keep a secret: register such an application as <strong>public</strong> and use PKCE.</p>
</section>
<section aria-labelledby="stability">
<h2 id="stability">What stays as it is</h2>
<ul>
<li>Addresses, parameters, fields and error codes on this page keep their meaning.</li>
<li>New fields, parameters, types, scopes and error codes may appear at any time. Ignore what you do not know.</li>
<li>The texts of messages, the form of tokens and cursors, and the order of records within a list may change.</li>
<li>Before we remove something, we announce it in the change log and to the owners of applications, at least twelve months ahead.</li>
</ul>
</section>
${facts.isProduction ? '' : settings(facts)}`
}

function bounds(title: string, rows: DocsFacts['bounds'][LimitArea]): SafeHtml | string {
  if (rows.length === 0) return ''
  return html`<h3>${title}</h3>
${table(
  title,
  ['What', 'At most', 'Beyond it'],
  rows.map(({ what, most, beyond }) => [what, most, beyond]),
)}`
}

function settings({ settings: rows }: DocsFacts): SafeHtml {
  return html`<section aria-labelledby="settings">
<h2 id="settings">Settings of the server</h2>
<p>For those who run this server: environment variables, all optional. Servers in production do not show this part.</p>
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

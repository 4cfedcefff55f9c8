import { html, type SafeHtml } from '@remix-run/html-template'
import type { ContentsEntry } from '../pages/page.ts'
import type { Addresses } from './addresses.ts'
import { authorizationSection } from './authorization-section.ts'
import { classicSection } from './classic-section.ts'
import { conductSection } from './conduct-section.ts'
import type { DocsFacts } from './docs-facts.ts'
import { errorsSection } from './errors-section.ts'
import { r4Section } from './r4-section.ts'
import { scopesSection } from './scopes-section.ts'
import { code, table } from './table.ts'

export function documentationContents(isProduction: boolean): readonly ContentsEntry[] {
  return isProduction ? contents : [...contents, { id: 'settings', title: 'Settings of the server' }]
}

const contents: readonly ContentsEntry[] = [
  { id: 'addresses', title: 'Addresses' },
  { id: 'authorization', title: 'Authorization' },
  { id: 'discovery', title: 'Discovery', level: 3 },
  { id: 'authorize', title: 'Authorize', level: 3 },
  { id: 'token', title: 'Token', level: 3 },
  { id: 'lifetimes', title: 'How long things last', level: 3 },
  { id: 'revoke', title: 'Revoke', level: 3 },
  { id: 'introspect', title: 'Introspect', level: 3 },
  { id: 'sign-out', title: 'Sign out', level: 3 },
  { id: 'scopes', title: 'Permissions (scopes)' },
  { id: 'reach', title: 'Whose records', level: 3 },
  { id: 'api', title: 'The API' },
  { id: 'requests', title: 'Requests', level: 3 },
  { id: 'lists', title: 'Lists and pages', level: 3 },
  { id: 'filters', title: 'Filters', level: 3 },
  { id: 'data-types', title: 'Data types', level: 3 },
  { id: 'types', title: 'Types of record', level: 3 },
  { id: 'r4', title: 'The FHIR R4 API' },
  { id: 'r4-search', title: 'Search', level: 3 },
  { id: 'r4-types', title: 'Types and parameters', level: 3 },
  { id: 'errors', title: 'Errors' },
  { id: 'status', title: 'Status codes', level: 3 },
  { id: 'codes', title: 'Error codes', level: 3 },
  { id: 'oauth-errors', title: 'OAuth errors', level: 3 },
  { id: 'limits', title: 'Limits' },
  { id: 'cors', title: 'Calls from web pages (CORS)' },
  { id: 'stability', title: 'What stays as it is' },
]

export function documentationBody(addresses: Addresses, facts: DocsFacts): SafeHtml {
  return html`<h1>API documentation</h1>
<p class="lead">Every address, parameter, answer, error and limit. New here? The <a href="/api_fhir/api-docs/tutorial">tutorial</a> takes you through it step by step, and the <a href="/api_fhir/api-docs/samples">samples</a> do it with the libraries of ten languages.</p>
<section aria-labelledby="addresses">
<h2 id="addresses">Addresses</h2>
<p>These are the addresses of this server. The portal, where people sign in, and the API may have different hosts.</p>
${table(
  'Addresses',
  ['What', 'Address'],
  [
    ['Authorize', code(addresses.authorize)],
    ['Token', code(addresses.token)],
    ['Revoke', code(addresses.revoke)],
    ['Introspect', code(addresses.introspect)],
    ['API', code(addresses.classic)],
    ['FHIR R4 API', code(addresses.r4)],
    ['Your applications', html`<a href="/account/settings">${addresses.settings}</a>`],
  ],
)}
</section>
${authorizationSection(addresses, facts)}
${scopesSection(facts.scopes)}
${classicSection(addresses, facts)}
${r4Section(addresses, facts)}
${errorsSection()}
${conductSection(facts)}`
}

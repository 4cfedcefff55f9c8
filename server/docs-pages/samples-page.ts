import { html, type SafeHtml } from '@remix-run/html-template'
import { notice } from '../pages/form.ts'
import type { ContentsEntry } from '../pages/page.ts'
import type { Addresses } from './addresses.ts'
import { codeBlock } from './code-example.ts'
import { readSample, type Sample, samples } from './samples.ts'
import { code, table } from './table.ts'

export const samplesPath = '/api_fhir/api-docs/samples'

export const samplesContents: readonly ContentsEntry[] = [
  { id: 'start', title: 'Start one' },
  { id: 'all', title: 'All samples' },
]

/** The list of the samples. */
export function samplesBody(addresses: Addresses): SafeHtml {
  return html`<h1>Samples with libraries</h1>
<p class="lead">One whole program for each library: it sends a person to the authorization page, gets tokens, refreshes them, reads a list with all its pages, searches, and revokes its access.</p>
<section aria-labelledby="start">
<h2 id="start">Start one</h2>
<ol class="steps">
<li><a href="/account/settings">Register an application</a> with the redirect URI <code>http://localhost:9999/callback</code>.</li>
<li>Open a sample below, and copy or download it.</li>
<li>Get its library, and start it with the client id and secret of your application. Each page has the command, with the addresses of this server.</li>
<li>Open the address that it prints, sign in and allow it. It prints a line for each step.</li>
</ol>
<p>The variable <code>SCOPE</code> changes the scope of a sample. With <code>openid profile email</code> it only signs the person in.</p>
</section>
<section aria-labelledby="all">
<h2 id="all">All samples</h2>
${table(
  'Samples',
  ['Sample', 'Versions', 'Run'],
  samples.map((sample) => [
    html`<a href="${samplesPath}/${sample.id}">${titleOf(sample)}</a>`,
    sample.versions,
    sample.ranOn ?? 'not run',
  ]),
)}
<p>“Run” is the day on which an automatic test last ran all steps of the sample against this version of the server. The samples without a day are written from the documentation and the source of their libraries. A library that is not in the list needs these addresses: ${code(addresses.authorize)} and ${code(addresses.token)}, or the <a href="/api_fhir/api-docs/documentation#discovery">metadata</a>.</p>
</section>`
}

export const sampleContents: readonly ContentsEntry[] = [
  { id: 'start', title: 'Start it' },
  { id: 'program', title: 'The program' },
]

/** One sample with its program. */
export function sampleBody(sample: Sample, addresses: Addresses): SafeHtml {
  const { file, project, install, start, versions, ranOn } = sample
  return html`<h1>${titleOf(sample)}</h1>
<p class="lead">Authorize, token, refresh, list, search, revoke. ${ranOn === undefined ? `Written for ${versions}.` : `Ran on ${ranOn} with ${versions}.`} <a href="${samplesPath}">All samples</a></p>
${ranOn === undefined ? notice('warning', html`<p>This program was never run, because the machine of its authors lacks the library. It is written from the documentation and the source of the library.</p>`) : ''}
<section aria-labelledby="start">
<h2 id="start">Start it</h2>
<p>Download <a href="${samplePath(sample, file)}" download>${fileNameOf(file)}</a>${project === undefined ? '' : html` and <a href="${samplePath(sample, project)}" download>${fileNameOf(project)}</a>`}; in the project of this server they are below <code>samples</code>. Your application needs the redirect URI <code>http://localhost:9999/callback</code>.</p>
${codeBlock('Library', install)}
${codeBlock(
  'Shell',
  `export PORTAL_URL=${addresses.portal} FHIR_URL=${fhirOf(addresses)}
export CLIENT_ID=…   # of your application
export CLIENT_SECRET=…
${start}`,
)}
</section>
<section aria-labelledby="program">
<h2 id="program">The program</h2>
${codeBlock(file, readSample(file))}
${project === undefined ? '' : codeBlock(project, readSample(project))}
</section>`
}

export function titleOf({ language, library }: Sample): string {
  return `${language}: ${library}`
}

/** Where a file of the sample is downloaded. */
export function samplePath({ id }: Sample, file: string): string {
  return `${samplesPath}/${id}/${fileNameOf(file)}`
}

function fileNameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

function fhirOf({ r4 }: Addresses): string {
  return new URL(r4).origin
}

import { html, type SafeHtml } from '@remix-run/html-template'
import { csrfField, hiddenField, notice, submitButton } from '../../pages/form.ts'
import type { Page } from '../../pages/page.ts'
import type { Call } from './call.ts'
import { demoPage, showCode } from './demo-page.ts'
import type { Found } from './read-records.ts'
import { shortenSecrets } from './shorten-secrets.ts'
import type { Step } from './step.ts'
import type { Walk } from './walk.ts'

interface Continuation {
  /** The name of the application. */
  title?: string | undefined
  /** The refresh token, sealed; undefined when there is none. */
  sealed: string | undefined
  csrfToken: string
}

/** Longer answers are cut, and the page says so. The beginning shows the form of the answer. */
const shownCharacters = 6000

/** Everything that happened, step by step. `before` describes the steps before the first request. */
export function walkPage(
  walk: Walk,
  before: SafeHtml,
  { title = 'Demo client', sealed, csrfToken }: Continuation,
): Page {
  const shown = (text: string) => shortenSecrets(text, walk.secrets)
  const steps = walk.steps.map((step, index) => ({ step, id: `request-${index + 1}` }))
  return demoPage(
    title,
    [
      { id: 'outcome', title: 'Outcome' },
      { id: 'before', title: 'How it began' },
      ...steps.map(({ step, id }) => ({ id, title: step.title })),
    ],
    html`<h1>${title}</h1>
<section aria-labelledby="outcome">
<h2 id="outcome">Outcome</h2>
${renderOutcome(walk)}
${sealed ? renderRefresh(sealed, csrfToken) : ''}
<p><a href="/demo/client">To the start page of the demo</a></p>
</section>
<section aria-labelledby="before">
<h2 id="before">How it began</h2>
${before}
<p class="soft">Secrets and tokens are shown by their first characters only, such as <code>eyJhbG…</code>. A program needs them whole; a page could be photographed.</p>
</section>
${steps.map(({ step, id }) => renderStep(step, id, shown))}`,
  )
}

function renderOutcome({ found, steps }: Walk): SafeHtml {
  if (!found) {
    const problem = steps.at(-1)?.problem ?? 'The walk ended early.'
    return notice('warning', html`<p>${problem}</p>`)
  }
  return html`${notice('success', html`<p>It is connected and has read a record.</p>`)}
${renderFound(found)}`
}

function renderFound({ patient, visit, immunizations, pages }: Found): SafeHtml {
  return html`<dl class="facts">
<dt>Patient</dt><dd>${patient.name || 'without a name'}</dd>
<dt>Born</dt><dd>${patient.birthDate}</dd>
<dt>Gender</dt><dd>${patient.gender}</dd>
${visit === undefined ? '' : html`<dt>Visit</dt><dd>${visit}</dd>`}
<dt>Immunizations</dt><dd>${immunizations.length} on ${pages} ${pages === 1 ? 'page' : 'pages'}</dd>
</dl>
${immunizations.length > 0 ? renderImmunizations(immunizations) : ''}`
}

function renderImmunizations(immunizations: Found['immunizations']): SafeHtml {
  return html`<details class="exchange"><summary>The immunizations that were read</summary>
<div class="table-scroll" tabindex="0" role="group" aria-label="Immunizations"><table>
<thead><tr><th scope="col">Date</th><th scope="col">Vaccine</th></tr></thead>
<tbody>${immunizations.map(({ date, vaccine }) => html`<tr><td>${date}</td><td>${vaccine}</td></tr>`)}</tbody>
</table></div></details>`
}

function renderRefresh(sealed: string, csrfToken: string): SafeHtml {
  return html`<form method="post" action="/demo/client/refresh">${csrfField(csrfToken)}${hiddenField('sealed', sealed)}
${submitButton('Refresh and read again')}
<p class="hint">The refresh token is in this form, encrypted, as the client stores nothing.</p>
</form>`
}

function renderStep(
  { title, words, call, problem }: Step,
  id: string,
  shown: (text: string) => string,
): SafeHtml {
  const { method, url, answer } = call
  const isOk = answer?.status === 200
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
<p>${words}</p>
<details class="exchange"${method === 'POST' ? html` open` : ''}>
<summary><span class="badge">${method}</span> <code>${shown(url)}</code></summary>
${showCode(`Request of: ${title}`, shown(requestText(call)))}
</details>
<details class="exchange"${method === 'POST' || !isOk ? html` open` : ''}>
<summary><span class="badge${isOk ? '' : ' badge-warning'}">${answer ? `${answer.status} ${answer.statusText}` : 'No answer'}</span> after ${call.milliseconds} ms</summary>
${showCode(`Answer of: ${title}`, shown(answerText(call)))}
</details>
${problem ? notice('warning', html`<p>${problem}</p>`) : ''}
</section>`
}

function requestText({ method, url, requestHeaders, form }: Call): string {
  const { pathname, search, host } = new URL(url)
  const head = [`${method} ${pathname}${search}`, `Host: ${host}`, ...requestHeaders.map(join)]
  const body = form.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('\n&')
  return [...head, ...(body ? ['', body] : [])].join('\n')
}

function answerText({ answer, failure }: Call): string {
  if (!answer) return `No answer: ${failure}`
  const body = answer.json === undefined ? answer.body : JSON.stringify(answer.json, null, 2)
  const cut =
    body.length > shownCharacters
      ? `${body.slice(0, shownCharacters)}\n… and ${body.length - shownCharacters} characters more`
      : body
  return [...answer.headers.map(join), '', cut].join('\n')
}

function join([name, value]: readonly [string, string]): string {
  return `${name}: ${value}`
}

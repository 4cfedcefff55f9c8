import { html, type SafeHtml } from '@remix-run/html-template'
import { iconClinic, iconCode, iconHeart } from '#server/pages/icons.ts'
import type { Page } from '#server/pages/page.ts'

/** The page that strangers see at `/`. It explains onpatient and shows the ways in. It works without a script. */
export function landingPage({
  isProduction,
  takesPractices,
}: {
  isProduction: boolean
  /** Whether a practice may be opened without an invitation. */
  takesPractices: boolean
}): Page {
  const body = html`<div class="intro">
<h1>Your health record, in your hands</h1>
<p class="lead">onpatient shows you what your practice keeps about you: vaccinations, test results, medicines, visits.
Connect the apps you trust, see what each of them may read, and end its access whenever you like.</p>
<p class="actions">
<a class="button button-primary" href="/signin">Sign in</a>
</p>
<p class="soft">New here? Patients and families get an account through the invitation of their practice.</p>
</div>
<ul class="choices">
${choice(
  iconHeart,
  'For patients and families',
  'See your own record and those of the people you care for. Your practice invites you: open the link in its e-mail, or ask for one.',
  html`<a href="/signin">Sign in to your record</a>`,
)}
${choice(
  iconClinic,
  'For practices',
  'Open the records you keep to the people they are about: invite patients, parents and caregivers.',
  takesPractices
    ? html`<a href="/signup">Register a practice</a>`
    : html`<a href="/signin">Sign in to your practice</a>`,
)}
${choice(
  iconCode,
  'For developers',
  'Register an application, send people to the authorization page, read FHIR records. A sandbox has patients to try with.',
  html`<a href="/api_fhir/api-docs/tutorial">Read the tutorial</a> · <a href="/signup">Create a developer account</a>${
    isProduction ? '' : html` · <a href="/demo/client">Try the demo client</a>`
  }`,
)}
</ul>`
  return { title: 'Your health record', body, width: 'wide' }
}

function choice(icon: SafeHtml, title: string, text: string, links: SafeHtml): SafeHtml {
  return html`<li><div class="card choice">
<div class="emblem">${icon}</div>
<h2>${title}</h2>
<p>${text}</p>
<p>${links}</p>
</div></li>`
}

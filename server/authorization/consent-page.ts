import { html, type SafeHtml } from '@remix-run/html-template'
import { everyKind, kindsOfRecord } from '#fhir/scope/kinds-of-record.ts'
import type { Application } from '#server/applications/applications.ts'
import { csrfField, errorSummary, hiddenField, notice } from '#server/pages/form.ts'
import type { Page } from '#server/pages/page.ts'
import { reachesPanel } from '#server/practices/practices.ts'
import { type ConsentFault, durations, itemsOf, wantsOnePatient, wantsPanel } from './consent-choice.ts'
import type { Subject } from './consent-subject.ts'
import { describeBirth, describeEncounter } from './describe-patient.ts'

/** Whose record an association opens, in words for the person who decides. */
export interface Reach {
  associationId: string
  /** "Your own record", "Mia Alvarez (your child)", "All 30 patients of Maple Street Family Practice". */
  label: string
  practiceName: string
}

export interface ConsentView {
  application: Application
  ownerName: string
  redirectHost: string
  scopes: readonly string[]
  /** The one patient, when that is settled; else the person chooses among the reaches. */
  subject: Subject | undefined
  reaches: readonly Reach[]
  accountName: string
  csrfToken: string
  action: string
  fault: ConsentFault | undefined
}

const faultWords: Record<ConsentFault, { field: string; message: string }> = {
  'no-kind': { field: 'kinds', message: 'Tick at least one kind of information, or choose Cancel.' },
  'several-persons': { field: 'persons', message: 'This app shows one record at a time: choose one.' },
  'no-patient': { field: 'persons', message: 'This app shows one record at a time: choose one.' },
  'no-duration': { field: 'duration', message: 'Choose for how long.' },
  'no-person': { field: 'persons', message: 'Choose a record, or choose Cancel.' },
}

/** Asks the signed-in person what an application may read. Works without scripts. */
export function consentPage(view: ConsentView): Page {
  const { application, ownerName, redirectHost, fault } = view
  const body = html`${errorSummary(fault ? [faultWords[fault]] : [])}
${
  application.logoUri
    ? html`<img class="app-logo" src="${application.logoUri}" alt="" width="64" height="64" referrerpolicy="no-referrer">`
    : html`<p class="eyebrow">Connect an app</p>`
}
<h1>${application.name} asks to read health records</h1>
<p class="lead">The app was made by <strong>${ownerName}</strong>, not by your practice. You decide what it gets.</p>
<form method="post" action="${view.action}" id="authorizationForm">
${csrfField(view.csrfToken)}
${view.subject ? renderSubject(view.subject, view) : renderPersons(view)}
${renderKinds(view.scopes)}
${renderIdentity(view.scopes)}
${renderDuration()}
${notice('info', html`<p>The app can only read; it changes nothing. You can end this at any time under <strong>Settings → Connected apps</strong>, and it stops at once.</p>`)}
<div class="actions">
<input type="submit" name="decision" value="Authorize" class="button button-primary">
<input type="submit" name="decision" value="Cancel" class="button button-secondary" formnovalidate>
</div>
</form>
<p class="small soft card-foot">You are signed in as ${view.accountName}. Afterwards your browser goes to <strong>${redirectHost}</strong>.
${renderLinks(application)}</p>`
  return { title: `${fault ? 'Error: ' : ''}Connect ${application.name}`, body }
}

function renderPersons({ reaches, scopes }: ConsentView): SafeHtml {
  const isOne = wantsOnePatient(scopes)
  const kind = isOne ? 'radio' : 'checkbox'
  // Nobody's record is chosen by a click too fast.
  const checked = isOne && reaches.length > 1 ? '' : html` checked`
  const boxes = reaches.map(
    (reach) =>
      html`<label class="option"><input type="${kind}" name="person" value="${reach.associationId}"${checked}>
<span>${reach.label}<span class="option-note">kept by ${reach.practiceName}</span></span></label>`,
  )
  return html`<fieldset id="persons" tabindex="-1"><legend>Whose record</legend>${boxes}</fieldset>`
}

function renderSubject(subject: Subject, { action, scopes }: ConsentView): SafeHtml {
  const { association, patient, encounter, isLaunched } = subject
  const offersPanel = reachesPanel(association) && wantsPanel(scopes)
  return html`<fieldset id="persons" tabindex="-1"><legend>Whose record</legend>
${isLaunched ? '' : html`${hiddenField('person', association.id)}${hiddenField('patient', patient.id)}`}
<p class="subject"><strong>${patient.name}</strong>, ${describeBirth(patient)}<span class="option-note">kept by ${association.practice.name}</span>
${encounter ? html`<span class="option-note">Opened for the visit: ${describeEncounter(encounter)}</span>` : ''}</p>
${isLaunched || !reachesPanel(association) ? '' : html`<p><a href="${action}">Choose another patient</a></p>`}
${
  offersPanel
    ? html`<label class="option"><input type="checkbox" name="panel" value="all">
<span>Also what you may see of all other patients of ${association.practice.name}<span class="option-note">The app asks for it. Without it, everything is about ${patient.name} alone.</span></span></label>`
    : ''
}</fieldset>`
}

function renderKinds(scopes: readonly string[]): SafeHtml {
  const items = itemsOf(scopes)
  const boxes = items.map(
    ({ value, label }) =>
      html`<label class="option"><input type="checkbox" name="kind" value="${value}" checked><span>${label}</span></label>`,
  )
  return html`<fieldset id="kinds" tabindex="-1"><legend>What it may read</legend>
${
  items.length < kindsOfRecord.length
    ? html`<div class="options-plain">${boxes}</div>`
    : html`<p>${everyKind}</p>
<details class="disclosure"><summary>See the ${items.length} kinds one by one, or leave some out</summary>
<div class="options-plain">${boxes}</div></details>`
}</fieldset>`
}

function renderIdentity(scopes: readonly string[]): SafeHtml | undefined {
  if (!scopes.includes('openid')) return undefined
  const learned = [
    'your account',
    ...(scopes.includes('profile') ? ['your name'] : []),
    ...(scopes.includes('fhirUser') ? ['what the record says of you: name, contact and date of birth'] : []),
  ]
  return html`<p>It also learns who you are: ${learned.join(', ')}.</p>`
}

function renderDuration(): SafeHtml {
  const options = durations.map(({ value, label }) => html`<option value="${value}">${label}</option>`)
  return html`<div class="field"><label for="duration">For how long</label>
<select id="duration" name="duration">${options}</select></div>`
}

function renderLinks({ policyUri, tosUri }: Application): SafeHtml {
  const link = (href: string, label: string) =>
    html`<a href="${href}" rel="noopener noreferrer" target="_blank">${label}</a>`
  return html`${policyUri ? html`Read the app's ${link(policyUri, 'privacy policy')}. ` : html`The app has published no privacy policy. `}${
    tosUri ? html`Read its ${link(tosUri, 'terms')}.` : ''
  }`
}

/** For an account that has no record to share: nothing to tick, so only the way back. */
export function nothingToSharePage(view: Pick<ConsentView, 'application' | 'csrfToken' | 'action'>): Page {
  const body = html`<h1>There is no record to share yet</h1>
<p class="lead">${view.application.name} asks to read health records, but your account is not connected to a practice yet.</p>
<p>Ask your practice for an invitation, then open the app again. If you develop an app, you can <a href="/account/settings/applications">create a sandbox</a> with made-up patients.</p>
<form method="post" action="${view.action}" id="authorizationForm">
${csrfField(view.csrfToken)}
<input type="submit" name="decision" value="Cancel" class="button button-secondary">
</form>`
  return { title: 'There is no record to share yet', body }
}

import { html, type SafeHtml } from '@remix-run/html-template'
import { wordsOfIdentity } from '#fhir/scope/context-scopes.ts'
import { listRecordTypes } from '#fhir/scope/record-types.ts'
import { describeEverything } from '#fhir/scope/record-words.ts'
import type { EncounterLine } from '#server/access/access.ts'
import type { Application } from '#server/applications/applications.ts'
import { csrfField, errorSummary, hiddenField, notice } from '#server/pages/form.ts'
import type { Page } from '#server/pages/page.ts'
import { reachesPanel } from '#server/practices/practices.ts'
import {
  type Answers,
  type ChangeItem,
  type ConsentFault,
  durations,
  itemsOf,
  wantsOnePatient,
  wantsPanel,
} from './consent-choice.ts'
import { describeBirth, describeEncounter } from './describe-patient.ts'
import { shownToField } from './old-consent-form.ts'
import type { Registrant } from './registrant.ts'
import type { RequestSubject } from './request-subject.ts'

/** The record that an association opens, in words for the person who decides. */
export interface AssociationLine {
  associationId: string
  /** "Your own record", "Mia Alvarez (your child)", "All 30 patients of Maple Street Family Practice". */
  label: string
  practiceName: string
}

/** Visits of the chosen patient, for an application that starts alone and works on a visit. */
export interface Visits {
  /** Latest first. */
  encounters: readonly EncounterLine[]
  hasMore: boolean
}

export interface ConsentView {
  application: Application
  registrant: Registrant
  redirectHost: string
  scopes: readonly string[]
  /** The one patient, when they are settled. Otherwise the person chooses among the reaches. */
  subject: RequestSubject | undefined
  /** Whether the person may go back and choose somebody else. */
  canChooseAnother: boolean
  /** Undefined when there is no visit to choose. */
  visits: Visits | undefined
  /** The changes for which the application asks and which the person could allow. */
  changes: readonly ChangeItem[]
  associationLines: readonly AssociationLine[]
  accountName: string
  accountId: string
  csrfToken: string
  action: string
  fault: ConsentFault | undefined
  /** The answers of a form that comes back with a fault, so that nothing has to be chosen again. */
  answers: Answers | undefined
}

export const faultWords: Record<ConsentFault, { field: string; message: string }> = {
  'no-kind': { field: 'kinds', message: 'Tick at least one kind of information, or choose Cancel.' },
  'several-persons': { field: 'persons', message: 'This app shows one record at a time: choose one.' },
  'no-patient': { field: 'persons', message: 'This app shows one record at a time: choose one.' },
  'no-visit': { field: 'encounter', message: 'Choose one of the visits, or no particular one.' },
  'no-panel': {
    field: 'changes',
    message:
      'An app that changes records must reach all patients of the practice: tick that above, or leave all changes out.',
  },
  'no-duration': { field: 'duration', message: 'Choose for how long.' },
  'no-person': { field: 'persons', message: 'Choose a record, or choose Cancel.' },
}

/** Asks the signed-in person what an application may read. Works without scripts. */
export function consentPage(view: ConsentView): Page {
  const { application, redirectHost, fault } = view
  const body = html`${errorSummary(fault ? [faultWords[fault]] : [])}
${
  application.logoUri
    ? html`<img class="app-logo" src="${application.logoUri}" alt="" width="64" height="64" referrerpolicy="no-referrer">`
    : html`<p class="eyebrow">Connect an app</p>`
}
<h1>${application.name} asks to read ${view.changes.length > 0 ? 'and change ' : ''}health records</h1>
<p class="lead">${renderRegistrant(view.registrant)} You decide what it gets.</p>
<form method="post" action="${view.action}" id="authorizationForm">
${csrfField(view.csrfToken)}
${shownToField(view.accountId)}
${view.subject ? renderSubject(view.subject, view) : renderPersons(view)}
${renderKinds(view)}
${renderChanges(view)}
${renderIdentity(view.scopes)}
${renderDuration(view.answers)}
${notice('info', html`<p>${renderLimit(view)} You can end this at any time under <strong>Settings → Connected apps</strong>, and it stops within a second.</p>`)}
<div class="actions">
<input type="submit" name="decision" value="Authorize" class="button button-primary">
<input type="submit" name="decision" value="Cancel" class="button button-secondary" formnovalidate>
</div>
</form>
<p class="small soft card-foot">You are signed in as ${view.accountName}. Afterwards your browser goes to <strong>${redirectHost}</strong>.
${renderLinks(application)}</p>`
  return { title: `${fault ? 'Error: ' : ''}Connect ${application.name}`, body }
}

/** A practice is named only when the person belongs to it, because anybody may open a practice of the same name. */
export function renderRegistrant(registrant: Registrant): SafeHtml {
  switch (registrant.kind) {
    case 'self':
      return html`You registered this app yourself.`
    case 'practice':
      return html`The app was registered by <strong>${registrant.name}</strong>, who works at <strong>${registrant.practiceName}</strong>.`
    case 'developer':
      return html`The app was registered by <strong>${registrant.name}</strong>, a developer, not by your practice.`
    case 'nobody':
      return html`The app <strong>registered itself</strong>: neither your practice nor anybody else with an account here answers for it. Go on only if you know who made it.`
  }
}

function renderPersons({ associationLines, scopes, answers }: ConsentView): SafeHtml {
  const isOne = wantsOnePatient(scopes)
  const kind = isOne ? 'radio' : 'checkbox'
  // Nothing is chosen beforehand, so that a hasty click gives away no record.
  const isFirstChecked = !isOne || associationLines.length === 1
  const boxes = associationLines.map(
    (reach) =>
      html`<label class="option"><input type="${kind}" name="person" value="${reach.associationId}"${checkedIf(answers ? answers.persons.has(reach.associationId) : isFirstChecked)}>
<span>${reach.label}<span class="option-note">kept by ${reach.practiceName}</span></span></label>`,
  )
  return html`<fieldset id="persons" tabindex="-1"><legend>Whose record</legend>${boxes}</fieldset>`
}

function checkedIf(isChecked: boolean): SafeHtml | undefined {
  return isChecked ? html` checked` : undefined
}

function renderSubject(subject: RequestSubject, view: ConsentView): SafeHtml {
  const { action, scopes, answers, visits } = view
  const { association, patient, encounter, isLaunched } = subject
  const offersPanel = reachesPanel(association) && wantsPanel(scopes)
  return html`<fieldset id="persons" tabindex="-1"><legend>Whose record</legend>
${isLaunched ? '' : html`${hiddenField('person', association.id)}${hiddenField('patient', patient.id)}`}
<p class="subject"><strong>${patient.name}</strong>, ${describeBirth(patient)}<span class="option-note">kept by ${association.practice.name}</span>
${isLaunched && encounter ? html`<span class="option-note">Opened for the visit: ${describeEncounter(encounter)}</span>` : ''}</p>
${view.canChooseAnother ? html`<p><a href="${action}">Choose another ${reachesPanel(association) ? 'patient' : 'record'}</a></p>` : ''}
${visits && renderVisits(visits, answers)}
${
  offersPanel
    ? html`<label class="option"><input type="checkbox" name="panel" value="all"${checkedIf(answers?.reachesPanel === true)}>
<span>Also what you may see of all other patients of ${association.practice.name}<span class="option-note">The app asks for it. Without it, everything is about ${patient.name} alone.</span></span></label>`
    : ''
}</fieldset>`
}

/** SMART App Launch 2.2, requesting launch context. Without a visit the token answer names none. */
function renderVisits({ encounters, hasMore }: Visits, answers: Answers | undefined): SafeHtml {
  if (encounters.length === 0)
    return html`<p>The app asks for a visit too. None is recorded, so it starts without one.</p>`
  const options = encounters.map(
    (each) =>
      html`<option value="${each.id}"${answers?.encounterId === each.id ? html` selected` : ''}>${describeEncounter(each)}</option>`,
  )
  return html`<div class="field"><label for="encounter">Visit</label>
<p class="hint" id="encounter-hint">The app starts there.${hasMore ? html` The latest ${encounters.length} visits are offered; it may find older ones itself.` : ''}</p>
<select id="encounter" name="encounter" aria-describedby="encounter-hint"><option value="">No particular visit</option>${options}</select></div>`
}

function renderKinds({ scopes, answers }: ConsentView): SafeHtml {
  const items = itemsOf(scopes)
  const isTicked = (value: string) => answers?.kinds.has(value) ?? true
  const boxes = items.map(
    ({ value, label }) =>
      html`<label class="option"><input type="checkbox" name="kind" value="${value}"${checkedIf(isTicked(value))}><span>${label}</span></label>`,
  )
  const isOpen = items.some(({ value }) => !isTicked(value))
  return html`<fieldset id="kinds" tabindex="-1"><legend>What it may read</legend>
${
  items.length < listRecordTypes().length
    ? html`<div class="options-plain">${boxes}</div>`
    : html`<p>${describeEverything()}</p>
<details class="disclosure"${isOpen ? html` open` : ''}><summary>See the ${items.length} kinds one by one, or leave some out</summary>
<div class="options-plain">${boxes}</div></details>`
}</fieldset>`
}

const changeWords = [
  ['c', 'add'],
  ['u', 'correct'],
  ['d', 'delete'],
] as const

/** Nothing is ticked beforehand: a wrong change harms more than a missing one. */
function renderChanges({ changes, answers }: ConsentView): SafeHtml | undefined {
  if (changes.length === 0) return undefined
  const boxes = changes.map(({ value, label, interactions }) => {
    const words = changeWords.flatMap(([interaction, word]) => (interactions.has(interaction) ? word : []))
    return html`<label class="option"><input type="checkbox" name="change" value="${value}"${checkedIf(answers?.changes.has(value) === true)}>
<span>${label}<span class="option-note">${words.join(', ')}</span></span></label>`
  })
  return html`<fieldset id="changes" tabindex="-1" aria-describedby="changes-hint"><legend>What it may change</legend>
<p class="hint" id="changes-hint">In the records of your practice, for everybody who reads them. Tick only what the practice wants this app to write.</p>
<div class="options-plain">${boxes}</div></fieldset>`
}

function renderLimit({ changes }: ConsentView): string {
  return changes.length === 0
    ? 'The app can only read; it changes nothing.'
    : 'The app changes nothing but what you tick; what it has written stays when you end its access.'
}

function renderIdentity(scopes: readonly string[]): SafeHtml | undefined {
  if (!scopes.includes('openid')) return undefined
  return html`<p>It also learns who you are: ${wordsOfIdentity(scopes).join(', ')}.</p>`
}

export function renderDuration(answers: Answers | undefined): SafeHtml {
  const options = durations.map(
    ({ value, label }) =>
      html`<option value="${value}"${answers?.duration === value ? html` selected` : ''}>${label}</option>`,
  )
  return html`<div class="field"><label for="duration">For how long</label>
<select id="duration" name="duration">${options}</select></div>`
}

export function renderLinks({ policyUri, tosUri }: Application): SafeHtml {
  const link = (href: string, label: string) =>
    html`<a href="${href}" rel="noopener noreferrer" target="_blank">${label}</a>`
  return html`${policyUri ? html`Read the app's ${link(policyUri, 'privacy policy')}. ` : html`The app has published no privacy policy. `}${
    tosUri ? html`Read its ${link(tosUri, 'terms')}.` : ''
  }`
}

/** For an account that has no record to share. It offers only the way back. */
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

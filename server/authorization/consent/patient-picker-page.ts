import { html, type SafeHtml } from '@remix-run/html-template'
import type { PatientLine, PatientQuestion } from '#server/access/access.ts'
import type { Application } from '#server/applications/applications.ts'
import { csrfField, errorSummary, hiddenField, submitButton, textField } from '#server/pages/form.ts'
import type { Page } from '#server/pages/page.ts'
import type { Association } from '#server/practices/practices.ts'
import type { AssociationLine } from './consent-page.ts'
import { describeBirth } from './describe-patient.ts'

/** So many patients are shown. The person finds the others by searching. */
export const mostPicked = 20

export interface PickerView {
  application: Application
  /** The person's own record, and the records of wards. */
  ownAssociationLines: readonly AssociationLine[]
  /** The associations as provider or staff. */
  desks: readonly Association[]
  /** The one that is searched; undefined for a person who works at no practice and chooses among the own reaches. */
  desk: Association | undefined
  question: PatientQuestion
  /** Undefined when the question cannot be read. */
  found: { patients: PatientLine[]; hasMore: boolean } | undefined
  csrfToken: string
  /** The path of the authorization request. */
  action: string
  /** Whether a patient was chosen whom the account does not reach. */
  isRefused: boolean
}

/**
 * Asks a provider for which patient an application is opened. Everything is sent by POST, so that names and numbers of patients stay out of
 * addresses and logs.
 */
export function patientPickerPage(view: PickerView): Page {
  const { application, found, isRefused, desk } = view
  const errors = [
    ...(found || !desk
      ? []
      : [
          {
            field: 'birthDate',
            message: 'Write the date of birth as year-month-day, for example 1984-05-02.',
          },
        ]),
    ...(isRefused
      ? [
          desk
            ? { field: 'found', message: 'Choose one of the patients below, or search for another.' }
            : { field: 'own', message: 'Choose one of the records below.' },
        ]
      : []),
  ]
  const title = desk ? 'Choose a patient' : 'Choose a record'
  const body = html`${errorSummary(errors)}
<p class="eyebrow">Connect an app</p>
<h1>${title}</h1>
<p class="lead"><strong>${application.name}</strong> works on one patient at a time. On the next page you decide what it may read.</p>
${renderOwn(view)}
${desk && renderSearch(view, desk)}
<form method="post" action="${view.action}">
${csrfField(view.csrfToken)}
<div class="actions"><input type="submit" name="decision" value="Cancel" class="button button-secondary"></div>
</form>`
  return { title: `${errors.length > 0 ? 'Error: ' : ''}${title} for ${application.name}`, body }
}

function renderSearch(view: PickerView, desk: Association): SafeHtml {
  const { question, found } = view
  return html`<form method="post" action="${view.action}/patient" role="search">
${csrfField(view.csrfToken)}
${renderDesks(view, desk)}
${textField({ name: 'name', label: 'Name', type: 'search', value: question.name, hint: 'The beginning of a given or family name is enough.', autocomplete: 'off', maxLength: 100 })}
${textField({ name: 'birthDate', label: 'Date of birth', value: question.birthDate, hint: 'As 1984-05-02, or the year alone.', error: found ? undefined : 'Write it as year-month-day.', autocomplete: 'off', maxLength: 10 })}
${textField({ name: 'identifier', label: 'Record number', value: question.identifier, hint: 'In full.', autocomplete: 'off', maxLength: 100 })}
<div class="actions">${submitButton('Search', 'secondary')}</div>
</form>
${renderFound(view, desk)}`
}

function renderOwn({ ownAssociationLines, action, csrfToken, desk }: PickerView): SafeHtml | undefined {
  if (ownAssociationLines.length === 0) return undefined
  const rows = ownAssociationLines.map(
    ({
      associationId,
      label,
      practiceName,
    }) => html`<li><div class="row-text">${label}<span class="option-note">kept by ${practiceName}</span></div>
<form method="post" action="${action}/patient">${csrfField(csrfToken)}${hiddenField('person', associationId)}
<button type="submit" name="choose" value="own" class="button button-secondary" aria-label="Choose: ${label}">Choose</button></form></li>`,
  )
  if (!desk) return html`<ul class="rows" id="own" tabindex="-1" aria-label="Records">${rows}</ul>`
  return html`<h2>You and your family</h2><ul class="rows">${rows}</ul><h2>Patients of your practice</h2>`
}

function renderDesks({ desks }: PickerView, desk: Association): SafeHtml {
  if (desks.length === 1) return hiddenField('person', desk.id)
  const options = desks.map(
    ({ id, practice }) =>
      html`<option value="${id}"${id === desk.id ? html` selected` : ''}>${practice.name}</option>`,
  )
  return html`<div class="field"><label for="person">Practice</label><select id="person" name="person">${options}</select></div>`
}

function renderFound(
  { found, question, action, csrfToken }: PickerView,
  desk: Association,
): SafeHtml | undefined {
  if (!found) return undefined
  const { patients, hasMore } = found
  const isSearch = [question.name, question.birthDate, question.identifier].some((text) => text?.trim())
  if (patients.length === 0)
    return html`<p id="found" tabindex="-1" role="status">${
      isSearch
        ? `No patient of ${desk.practice.name} fits. Check the spelling, or search with less.`
        : `${desk.practice.name} has no patients yet.`
    }</p>`
  const rows = patients.map(
    (
      patient,
    ) => html`<li><div class="row-text">${patient.name}<span class="option-note">${describePatient(patient)}</span></div>
<button type="submit" name="patient" value="${patient.id}" class="button button-secondary" aria-label="Choose ${patient.name}, ${describeBirth(patient)}">Choose</button></li>`,
  )
  return html`<form method="post" action="${action}/patient" id="found" tabindex="-1">
${csrfField(csrfToken)}${hiddenField('person', desk.id)}
<ul class="rows" aria-label="Patients of ${desk.practice.name}">${rows}</ul>
${hasMore ? html`<p class="soft" role="status">The first ${mostPicked} are shown. Search with more to find the others.</p>` : ''}
</form>`
}

function describePatient(patient: PatientLine): string {
  return [describeBirth(patient), patient.gender, ...patient.identifiers].filter(Boolean).join(' · ')
}

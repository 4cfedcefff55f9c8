import { html } from '@remix-run/html-template'
import { rowsOfKind } from '#fhir/scope/context-scopes.ts'
import type { Account } from '#server/accounts/accounts.ts'
import type { Application } from '#server/applications/applications.ts'
import { csrfField, errorSummary, notice } from '#server/pages/form.ts'
import type { Page } from '#server/pages/page.ts'
import type { ConsentFault } from './consent-choice.ts'
import { faultWords, renderDuration, renderLinks, renderRegistrant } from './consent-page.ts'
import { shownToField } from './old-consent-form.ts'
import type { Registrant } from './registrant.ts'

interface SignInConsentView {
  application: Application
  registrant: Registrant
  redirectHost: string
  scopes: readonly string[]
  /** Whether the person is a patient, caregiver or provider somewhere, so that `fhirUser` has an answer. */
  canBeFoundInRecords: boolean
  account: Account
  csrfToken: string
  action: string
  fault: ConsentFault | undefined
}

/** Asks the signed-in person whether an application may know who they are. The application gets no records. */
export function signInConsentPage(view: SignInConsentView): Page {
  const { application, account, scopes, fault } = view
  const values: Partial<Record<string, string>> = { profile: account.displayName, email: account.email }
  const learned = rowsOfKind('identity', scopes)
    .filter(({ scope }) => scope !== 'fhirUser' || view.canBeFoundInRecords)
    .map(({ scope, row }) => [row.learnedBySignIn, values[scope]].filter(Boolean).join(': '))
  const body = html`${errorSummary(fault ? [faultWords[fault]] : [])}
<p class="eyebrow">Connect an app</p>
<h1>Sign in to ${application.name} with your account here?</h1>
<p class="lead">${renderRegistrant(view.registrant)}</p>
<form method="post" action="${view.action}" id="authorizationForm">
${csrfField(view.csrfToken)}
${shownToField(account.id)}
<fieldset><legend>What it learns of you</legend><ul>${learned.map((each) => html`<li>${each}</li>`)}</ul></fieldset>
${renderDuration(undefined)}
${notice('info', html`<p>The app gets no access to health records. You can end this at any time under <strong>Settings → Connected apps</strong>.</p>`)}
<div class="actions">
<input type="submit" name="decision" value="Authorize" class="button button-primary">
<input type="submit" name="decision" value="Cancel" class="button button-secondary" formnovalidate>
</div>
</form>
<p class="small soft card-foot">You are signed in as ${account.displayName}. Afterwards your browser goes to <strong>${view.redirectHost}</strong>.
${renderLinks(application)}</p>`
  return { title: `${fault ? 'Error: ' : ''}Sign in to ${application.name}`, body }
}

import { html, type SafeHtml } from '@remix-run/html-template'
import {
  csrfField,
  errorSummary,
  type FormError,
  hiddenField,
  notice,
  submitButton,
  textField,
} from '#server/pages/form.ts'
import { iconHeart } from '#server/pages/icons.ts'
import type { Page, View } from '#server/pages/page.ts'
import type { Invitation } from '#server/practices/practices.ts'
import { errorFor, type FormFailure } from './form-failure.ts'
import { newPasswordField } from './new-password.ts'

interface InvitationForm {
  invitation: Invitation
  token: string
  csrfToken: string
  signedIn: View['signedIn']
  /** The practice where the signed-in account is a patient already. */
  ownPractice: string | undefined
  failure?: FormFailure
  /** The text that was typed before, when the form comes back. */
  displayName: string
  birthDate: string
}

export function invitationPage(form: InvitationForm): Page {
  const { invitation, token, csrfToken, signedIn, birthDate } = form
  const errors = form.failure?.errors ?? []
  const body = html`${errorSummary(errors)}
<div class="emblem">${iconHeart}</div>
<h1>${invitation.practice.name} invites you</h1>
<p class="lead">${renderPurpose(invitation)}</p>
${form.ownPractice === undefined || errors.length > 0 ? undefined : renderOnePerson(form.ownPractice)}
<form method="post" action="/invitation">
${csrfField(csrfToken)}
${hiddenField('token', token)}
${textField({
  label: isForSelf(invitation) ? 'Your date of birth' : 'The patient’s date of birth',
  name: 'birthDate',
  type: 'date',
  value: birthDate,
  required: true,
  hint: 'So that nobody else can open the record. Only a few tries are possible.',
  error: errorFor(errors, 'birthDate'),
})}
${signedIn ? undefined : renderNewAccount(form, errors)}
${submitButton(signedIn ? 'Accept the invitation' : 'Create account and open the record')}
</form>
${signedIn ? renderSignedIn(signedIn, csrfToken, invitation.email) : html`<p class="card-foot">Have an account already? <a href="/signin?next=%2Finvitation">Sign in</a>, and we bring you back here.</p>`}`
  return { title: errors.length > 0 ? 'Error: Your invitation' : 'Your invitation', body }
}

/** The page after an account of another address than the invited one has accepted. */
export function waitingPage(practices: readonly string[]): Page {
  const title = 'Waiting for the practice'
  const body = html`<div class="emblem">${iconHeart}</div>
<h1>${title}</h1>
<p class="lead">You have accepted the invitation of <strong>${practices.join(', ')}</strong> with another e-mail address than the one that was invited.</p>
<p>The practice checks whether this account is yours. The record opens here as soon as the practice has confirmed it. It helps to call the practice.</p>
<p><a class="button button-primary" href="/">Go to my records</a></p>`
  return { title, body }
}

function isForSelf({ role }: Invitation): boolean {
  return role === 'patient'
}

/** Couples share addresses. The second person must not take the first person's record as their own. */
function renderOnePerson(practice: string): SafeHtml {
  return notice(
    'warning',
    html`<p>Your account shows your own record at <strong>${practice}</strong> already, and an account is one person. Accept only if this record is yours, too.</p>
<p>Is it the record of somebody with whom you share the address? Then do not accept: ask the practice to invite you as a family member or caregiver, or sign out and let that person accept with an account of another address.</p>`,
  )
}

function renderPurpose(invitation: Invitation): string {
  return isForSelf(invitation)
    ? 'You can see your own health record here: vaccinations, results, medicines and visits.'
    : 'You can see the health record of the person you care for: vaccinations, results, medicines and visits.'
}

function renderNewAccount(
  { invitation, displayName }: InvitationForm,
  errors: readonly FormError[],
): SafeHtml {
  return html`<h2>Create your account</h2>
${textField({ label: 'E-mail address', name: 'email', type: 'email', value: invitation.email, autocomplete: 'username', readOnly: true, hint: 'You will sign in with it.' })}
${textField({ label: 'Your name', name: 'displayName', value: displayName, autocomplete: 'name', required: true, maxLength: 120, error: errorFor(errors, 'displayName') })}
${newPasswordField({ label: 'Password', error: errorFor(errors, 'password') })}`
}

function renderSignedIn(
  signedIn: NonNullable<View['signedIn']>,
  csrfToken: string,
  invited: string,
): SafeHtml {
  const isOther = signedIn.email !== invited
  return html`<form method="post" action="/signout" class="card-foot">
${csrfField(csrfToken)}
${hiddenField('next', '/invitation')}
<p>The record opens in the account of <strong>${signedIn.displayName}</strong> (${signedIn.email}).</p>
${isOther ? html`<p>The invitation went to another address, so the practice confirms first that this account is yours.</p>` : undefined}
<p>Not you? <button type="submit" class="button-link">Sign out</button></p>
</form>`
}

import { html, type SafeHtml } from '@remix-run/html-template'
import { csrfField, errorSummary, hiddenField, submitButton, textField } from '#server/pages/form.ts'
import { iconKey } from '#server/pages/icons.ts'
import type { Page } from '#server/pages/page.ts'
import { errorFor, type FormFailure } from './form-failure.ts'
import { passkeyForm } from './passkey-form.ts'

interface SecondStepForm {
  next: string
  csrfToken: string
  account: { email: string }
  hasApp: boolean
  hasPasskey: boolean
  /** Whether the person has asked to type a recovery code. */
  isRecovery: boolean
  failure?: FormFailure | undefined
}

/** The second step of signing in: a code, which needs no script, or a passkey. */
export function secondStepPage(form: SecondStepForm): Page {
  const { next, csrfToken, account, failure, hasApp, hasPasskey, isRecovery } = form
  const errors = failure?.errors ?? []
  const title = 'One more step'
  const asksApp = hasApp && !isRecovery
  const body = html`${errorSummary(errors)}
<div class="emblem">${iconKey}</div>
<h1>${title}</h1>
<p class="soft">Your password is right. Now prove that it is you who wants to sign in as <strong>${account.email}</strong>.</p>
${hasPasskey && !isRecovery ? passkeyForm({ action: '/signin/code/passkey', next, csrfToken, label: 'Use a passkey' }) : undefined}
<form method="post" action="/signin/code">
${csrfField(csrfToken)}
${hiddenField('next', next)}
${isRecovery ? hiddenField('recovery', '1') : undefined}
${asksApp ? appField(errorFor(errors, 'code')) : recoveryField(errorFor(errors, 'code'))}
${submitButton('Sign in')}
</form>
${renderOtherWays(form)}`
  return { title: errors.length > 0 ? `Error: ${title}` : title, body }
}

function appField(error: string | undefined): SafeHtml {
  return textField({
    label: 'Code',
    name: 'code',
    hint: 'The six digits that your authenticator app shows for onpatient.',
    autocomplete: 'one-time-code',
    inputMode: 'numeric',
    required: true,
    maxLength: 20,
    error,
  })
}

function recoveryField(error: string | undefined): SafeHtml {
  return textField({
    label: 'Recovery code',
    name: 'code',
    hint: 'One of the codes that you kept when you set up the second step, such as 7g3k-m0qz-41xw-9bns. Each works once.',
    autocomplete: 'off',
    isCode: true,
    required: true,
    maxLength: 40,
    error,
  })
}

function renderOtherWays({ next, csrfToken, hasApp, isRecovery }: SecondStepForm): SafeHtml {
  const query = `next=${encodeURIComponent(next)}`
  const other = isRecovery
    ? html`<a href="/signin/code?${query}">Use another way</a>`
    : hasApp && html`<a href="/signin/code?${query}&recovery=1">Use a recovery code</a>`
  return html`<div class="card-foot">
${other ? html`<p>${other}</p>` : undefined}
<form method="post" action="/signin/cancel">
${csrfField(csrfToken)}
${hiddenField('next', next)}
<p>Not you? <button type="submit" class="button-link">Start again</button></p>
</form>
<details class="small"><summary>Lost your phone and your recovery codes?</summary>
<p>Ask your practice, or whoever runs this server, to remove the second step from your account. They will make sure that it is really you.</p>
</details>
</div>`
}

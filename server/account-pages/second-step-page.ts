import { html, type SafeHtml } from '@remix-run/html-template'
import { csrfField, errorSummary, hiddenField, submitButton, textField } from '#server/pages/form.ts'
import { iconKey } from '#server/pages/icons.ts'
import type { Page } from '#server/pages/page.ts'
import { errorFor, type FormFailure } from './form-failure.ts'

interface SecondStepForm {
  next: string
  csrfToken: string
  email: string
  /** Whether the account has an authenticator app; else only a recovery code can be typed. */
  hasApp: boolean
  /** Whether a recovery code is asked for in place of one of the app. */
  isRecovery: boolean
  failure?: FormFailure | undefined
}

/** The second step of signing in, without a script. */
export function secondStepPage(form: SecondStepForm): Page {
  const { next, csrfToken, email, failure, hasApp } = form
  const errors = failure?.errors ?? []
  const asksRecovery = form.isRecovery || !hasApp
  const title = asksRecovery ? 'Enter a recovery code' : 'Enter your code'
  const body = html`${errorSummary(errors)}
<div class="emblem">${iconKey}</div>
<h1>${title}</h1>
<p class="soft">One more step to sign in as <strong>${email}</strong>.</p>
<form method="post" action="/signin/code">
${csrfField(csrfToken)}
${hiddenField('next', next)}
${asksRecovery ? hiddenField('recovery', '1') : undefined}
${asksRecovery ? recoveryField(errorFor(errors, 'code')) : appField(errorFor(errors, 'code'))}
${submitButton('Sign in')}
</form>
${renderOtherWays(form, asksRecovery)}`
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

function renderOtherWays({ next, csrfToken, hasApp }: SecondStepForm, asksRecovery: boolean): SafeHtml {
  const query = `next=${encodeURIComponent(next)}`
  const other = asksRecovery
    ? hasApp && html`<a href="/signin/code?${query}">Use your authenticator app</a>`
    : html`<a href="/signin/code?${query}&amp;recovery=1">Use a recovery code</a>`
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

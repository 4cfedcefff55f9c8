import { html } from '@remix-run/html-template'
import { csrfField, hiddenField } from '#server/pages/form.ts'
import type { Page } from '#server/pages/page.ts'

interface OtherAccountView {
  applicationName: string
  accountName: string
  csrfToken: string
  /** The path of the request. */
  action: string
}

/** The application asks for one person (`id_token_hint`), and another one is signed in. */
export function otherAccountPage({
  applicationName,
  accountName,
  csrfToken,
  action,
}: OtherAccountView): Page {
  const title = 'Somebody else used this app before'
  const body = html`<h1>${title}</h1>
<p class="lead">${applicationName} asks for the person who connected it before, but you are signed in as <strong>${accountName}</strong>.</p>
<form method="post" action="/signout">
${csrfField(csrfToken)}
${hiddenField('next', action)}
<button type="submit" class="button button-primary">Sign out, and sign in as someone else</button>
</form>
<form method="post" action="${action}" id="authorizationForm" class="card-foot">
${csrfField(csrfToken)}
<p>Not what you want? <button type="submit" name="decision" value="Cancel" class="button-link">Go back to ${applicationName}</button> without connecting it.</p>
</form>`
  return { title, body }
}

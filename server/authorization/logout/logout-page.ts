import { html } from '@remix-run/html-template'
import type { Application } from '#server/applications/applications.ts'
import { csrfField, hiddenField, submitButton } from '#server/pages/form.ts'
import type { Page } from '#server/pages/page.ts'

interface LogoutView {
  application: Application | undefined
  accountName: string
  csrfToken: string
  /** The parameters of the request. They come back with the form and are checked again. */
  fields: Array<[name: string, value: string]>
}

/** Asks before signing out, because any page can send a browser here. */
export function logoutPage({ application, accountName, csrfToken, fields }: LogoutView): Page {
  const title = 'Sign out of onpatient?'
  const body = html`<h1>${title}</h1>
<p class="lead">${application ? html`<strong>${application.name}</strong> sent you here to sign out.` : ''} You are signed in as <strong>${accountName}</strong> in this browser.</p>
<p>Apps that you connected stay connected, unless you let them read only while you are signed in. You can end each of them under <a href="/account/settings/connected-apps">Connected apps</a>.</p>
<form method="post" action="/o/logout/confirm">
${csrfField(csrfToken)}
${fields.map(([name, value]) => hiddenField(name, value))}
<div class="actions">
${submitButton('Sign out')}
<a class="button button-secondary" href="/">Stay signed in</a>
</div>
</form>`
  return { title, body }
}

/** Nobody is signed in. The person goes back by a click, and not by a redirect. */
export function signedOutPage(application: Application | undefined, returnTo: string | undefined): Page {
  const title = 'You are signed out'
  const body = html`<h1>${title}</h1>
<p class="lead">Nobody is signed in to onpatient in this browser.</p>
${
  application && returnTo !== undefined
    ? html`<p><a class="button button-primary" href="${returnTo}" rel="noreferrer">Go back to ${application.name}</a></p>`
    : html`<p><a class="button button-primary" href="/signin">Sign in</a></p>`
}`
  return { title, body }
}

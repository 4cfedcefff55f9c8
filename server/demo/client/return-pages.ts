import { html, type SafeHtml } from '@remix-run/html-template'
import { notice } from '../../pages/form.ts'
import type { Page } from '../../pages/page.ts'

function cardPage(title: string, body: SafeHtml, startUrl: string): Page {
  return {
    title,
    body: html`<h1>${title}</h1>
${body}
<p><a class="button button-primary" href="${startUrl}">Try again</a></p>`,
  }
}

/** The person pressed Cancel. This is no fault, and the client must go on without access. */
export function deniedPage(startUrl: string): Page {
  return cardPage(
    'No access was given',
    html`<p class="lead">You pressed Cancel, so this client reads nothing. That is your right at any time.</p>
<p>In place of a code the redirect brought <code>error=access_denied</code>. An application should say so kindly, as here, and offer another try.</p>`,
    startUrl,
  )
}

/** The authorization server answered with another error. */
export function refusedPage(error: string, description: string | undefined, startUrl: string): Page {
  return cardPage(
    'The authorization server refused',
    html`${notice('warning', html`<p><code>${error}</code></p>${description ? html`<p>${description}</p>` : ''}`)}
<p>The redirect brought this error in place of a code.</p>`,
    startUrl,
  )
}

/** The `state` is absent or does not fit this browser. */
export function foreignStatePage(startUrl: string): Page {
  return cardPage(
    'This answer belongs to another browser',
    html`<p class="lead">The <code>state</code> in the address is not one that this client gave to your browser, so the code beside it was not used.</p>
<p>This is the purpose of <code>state</code>: otherwise somebody could send you a link that connects their record to your session. It also happens when cookies are off, when the server was restarted meanwhile, or when you started at another address than <a href="${startUrl}">${startUrl}</a>.</p>`,
    startUrl,
  )
}

/** A launch that cannot be from this server. `iss` is the address to which the application would send its token. */
export function foreignLaunchPage(startUrl: string): Page {
  return cardPage(
    'This is not a launch from here',
    html`<p class="lead">The portal opens this application with <code>iss</code>, its own FHIR address, and <code>launch</code>. One of them is missing, or <code>iss</code> names another server.</p>
<p>An application that follows whatever <code>iss</code> it is given may bring its secret to somebody else's server. So it knows its servers beforehand, as this one does.</p>`,
    startUrl,
  )
}

export function missingCodePage(startUrl: string): Page {
  return cardPage(
    'There is no code in the address',
    html`<p class="lead">The authorization server sends either a code or an error to this page. Neither was there, or it was there twice.</p>`,
    startUrl,
  )
}

export function lostSealPage(startUrl: string): Page {
  return cardPage(
    'The refresh token is not readable any more',
    html`<p class="lead">It was sealed for another browser, or the server was restarted since. As this client stores nothing, it has to begin anew.</p>`,
    startUrl,
  )
}

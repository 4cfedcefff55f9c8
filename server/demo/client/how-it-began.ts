import { html } from '@remix-run/html-template'
import { authorizeLink, launchLink } from './authorize-link.ts'
import type { ClientSettings } from './client-settings.ts'
import { showCode } from './demo-page.ts'
import { shortenSecrets } from './shorten-secrets.ts'

/** The steps of the browser before the client has a code. */
export function howItBegan(settings: ClientSettings, { code, state }: { code: string; state: string }) {
  const returned = shortenSecrets(`/demo/client/callback?code=${encodeURIComponent(code)}&state=${state}`, [
    code,
    state,
  ])
  return html`<p><strong>Step 1:</strong> your browser opened the link.</p>
${showCode('The link', shortenSecrets(authorizeLink(settings, state), [state]))}
<p><strong>Step 2:</strong> you pressed Authorize, and your browser came back to the redirect URI with a code. The <code>state</code> is the one that this client gave to your browser.</p>
${showCode('The address of the return', `${settings.portalUrl}${returned}`)}`
}

/** The same for a client that the portal has opened. */
export function howItWasOpened(settings: ClientSettings, { code, state }: { code: string; state: string }) {
  const iss = `${settings.fhirUrl}/fhir/r4`
  const launch = 'LAUNCH_ID'
  const shown = (text: string) => shortenSecrets(text, [code, state])
  return html`<p><strong>Step 1:</strong> the portal opened this application in a new tab, at the launch URL that its developer has registered, with its FHIR address and a launch id that works once.</p>
${showCode('The launch URL', `${settings.portalUrl}/demo/client/launch?${new URLSearchParams({ iss, launch })}`)}
<p><strong>Step 2:</strong> the application sent your browser on to the authorization page at once, with the scope <code>launch</code>, the launch id as it came and <code>aud</code>. You pressed Authorize, and came back with a code.</p>
${showCode('The link', shown(launchLink(settings, { iss, launch, state })))}
${showCode('The address of the return', shown(`${settings.redirectUri}?code=${encodeURIComponent(code)}&state=${state}`))}`
}

import { html, type SafeHtml } from '@remix-run/html-template'
import type { Page } from '../../pages/page.ts'
import type { ClientSettings, DemoSignIns } from './client-settings.ts'
import { demoPage, showCode } from './demo-page.ts'

/** Explains what will happen, and has the button that starts it. */
export function startPage(settings: ClientSettings, link: string, signIns: DemoSignIns | undefined): Page {
  return demoPage(
    'Demo client',
    [
      { id: 'connect', title: 'Connect' },
      { id: 'what-happens', title: 'What will happen' },
      { id: 'link', title: 'What is behind the button' },
      { id: 'launch', title: 'Opened from a practice' },
    ],
    html`<h1>Demo client</h1>
<p class="lead">This page acts as an application of somebody else: a program that wants to read a person's record, with that person's consent. It takes the steps of the <a href="/api_fhir/api-docs/tutorial">tutorial</a> and shows each request with its answer.</p>
<section aria-labelledby="connect">
<h2 id="connect">Connect</h2>
${signIns ? renderSignIns(signIns) : ''}
<p><a class="button button-primary" href="${link}">Connect to onpatient</a></p>
</section>
<section aria-labelledby="what-happens">
<h2 id="what-happens">What will happen</h2>
<ol class="steps">
<li>The button leads to the authorization page. You sign in, unless you are signed in already.</li>
<li>You see what the application asks for. Press <strong>Authorize</strong>, or <strong>Cancel</strong> to see what a refusal looks like.</li>
<li>You come back here with a code, and this client exchanges it for tokens.</li>
<li>With the access token it reads the patients, one patient by id, and the immunizations page by page.</li>
<li>With another button it refreshes the token and reads again.</li>
</ol>
<p>The client runs in the server, as a real one would, and makes real HTTP requests. It stores nothing.</p>
</section>
<section aria-labelledby="link">
<h2 id="link">What is behind the button</h2>
<p>A plain link, which is step 1 of the tutorial:</p>
${showCode('The link', link)}
<dl class="facts">
<dt><code>client_id</code></dt><dd><code>${settings.applicationId}</code>, the demo application</dd>
<dt><code>redirect_uri</code></dt><dd><code>${settings.redirectUri}</code>, where you come back to</dd>
<dt><code>state</code></dt><dd>A signed value that only fits your browser. The client compares it when you come back.</dd>
<dt><code>scope</code></dt><dd>Left out: that asks for everything the application may have.</dd>
</dl>
</section>
<section aria-labelledby="launch">
<h2 id="launch">Opened from a practice</h2>
<p>Applications can also be opened for a patient from the portal: an EHR launch of SMART App Launch. The demo has one for that, too. Sign in <a href="/">at the portal</a> as <code>provider@demo.example</code>, open the practice desk, press <strong>Open app</strong> beside a patient, choose a visit if you like, and open <strong>Demo chart</strong>. It shows each of its requests, as this one does.</p>
</section>`,
  )
}

function renderSignIns({ password, people }: DemoSignIns): SafeHtml {
  return html`<p>The demo has these people. Each signs in with the password <code>${password}</code>:</p>
<ul>${people.map(({ who, email, sees }) => html`<li><code>${email}</code>, ${who}: sees ${sees}</li>`)}</ul>`
}

import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Page } from '../../pages/page.ts'
import { servePageAsset } from '../../pages/page-asset.ts'
import { hideReferrer } from '../../pages/page-headers.ts'
import { sendPage, viewOf } from '../../pages/view.ts'
import { type Random, systemRandom } from '../../secrets.ts'
import { authorizeLink, launchLink } from './authorize-link.ts'
import { createBrowserSeal } from './browser-seal.ts'
import type { ClientSettings, DemoSignIns } from './client-settings.ts'
import { showCode, stylesheet } from './demo-page.ts'
import {
  deniedPage,
  foreignLaunchPage,
  foreignStatePage,
  lostSealPage,
  missingCodePage,
  refusedPage,
} from './return-pages.ts'
import { shortenSecrets } from './shorten-secrets.ts'
import { startPage } from './start-page.ts'
import { type Walk, walkFromCode, walkFromLaunch, walkFromRefreshToken } from './walk.ts'
import { walkPage } from './walk-page.ts'

export interface DemoClientDeps {
  portalUrl: string
  fhirUrl: string
  /** That starts alone. */
  application: DemoCredentials
  /** That is opened from the portal. */
  launched: DemoCredentials
  signIns?: DemoSignIns
  random?: Random
  /** How long each request may take. */
  timeoutMs?: number
}

export interface DemoCredentials {
  applicationId: string
  applicationSecret: string
}

const cookieName = 'onpatient_demo_client'

/**
 * A small confidential client that takes the steps of the tutorial over real HTTP and shows them. It stores nothing
 * and shares nothing with the server round it. Its secret is public: for a scope outside production only, with
 * `browser`, `pageHeaders` and `pageErrors`.
 */
export function demoClient(deps: DemoClientDeps): FastifyPluginAsync {
  const shared = { timeoutMs: 10_000, ...deps }
  const settings: ClientSettings = {
    ...shared,
    ...deps.application,
    redirectUri: `${deps.portalUrl}/demo/client/callback`,
  }
  const launched: ClientSettings = {
    ...shared,
    ...deps.launched,
    redirectUri: `${deps.portalUrl}/demo/client/launched`,
  }
  const startUrl = `${deps.portalUrl}/demo/client`
  const seal = createBrowserSeal(deps.random ?? systemRandom)

  function show(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
    return sendPage(reply, page, viewOf(request, reply, false))
  }

  /** The id of the browser, which is given one when it has none. */
  function knowBrowser(request: FastifyRequest, reply: FastifyReply): string {
    const browserId = request.cookies[cookieName] || seal.newBrowserId()
    void reply.setCookie(cookieName, browserId, {
      path: '/demo/client',
      httpOnly: true,
      sameSite: 'lax',
      secure: deps.portalUrl.startsWith('https:'),
    })
    return browserId
  }

  /** What the browser brought back; undefined when it was answered with a page that says why there is no code. */
  function takeCode(
    request: FastifyRequest,
    reply: FastifyReply,
  ): { code: string; state: string; browserId: string } | undefined {
    // The code is in the address of this page.
    hideReferrer(reply)
    const browserId = request.cookies[cookieName] ?? ''
    const state = single(request, 'state')
    if (browserId === '' || state === undefined || !seal.isStateOf(browserId, state)) {
      show(request, reply.code(400), foreignStatePage(startUrl))
      return undefined
    }
    const error = single(request, 'error')
    const code = single(request, 'code')
    if (error === 'access_denied') show(request, reply, deniedPage(startUrl))
    else if (error !== undefined)
      show(request, reply, refusedPage(error, single(request, 'error_description'), startUrl))
    else if (code === undefined) show(request, reply.code(400), missingCodePage(startUrl))
    else return { code, state, browserId }
    return undefined
  }

  function showWalk(
    request: FastifyRequest,
    reply: FastifyReply,
    walk: Walk,
    before: Parameters<typeof walkPage>[1],
    browserId: string,
  ): FastifyReply {
    const view = viewOf(request, reply, false)
    const sealed = walk.refreshToken === undefined ? undefined : seal.seal(browserId, walk.refreshToken)
    return sendPage(reply, walkPage(walk, before, { sealed, csrfToken: view.csrfToken }), view)
  }

  return async (app) => {
    servePageAsset(app, stylesheet)

    for (const url of ['/demo/client', '/demo/client/'])
      app.get(url, async (request, reply) => {
        const link = authorizeLink(settings, seal.issueState(knowBrowser(request, reply)))
        return show(request, reply, startPage(settings, link, deps.signIns))
      })

    app.get('/demo/client/callback', async (request, reply) => {
      const taken = takeCode(request, reply)
      if (!taken) return reply
      const { code, state, browserId } = taken
      const walk = await walkFromCode(settings, code)
      return showWalk(request, reply, walk, howItBegan(settings, { code, state }), browserId)
    })

    app.get('/demo/client/launch', async (request, reply) => {
      hideReferrer(reply)
      const launch = single(request, 'launch')
      const iss = single(request, 'iss')
      if (launch === undefined || iss !== `${deps.fhirUrl}/fhir/r4`)
        return show(request, reply.code(400), foreignLaunchPage(startUrl))
      const state = seal.issueState(knowBrowser(request, reply))
      return reply.redirect(launchLink(launched, { iss, launch, state }), 302)
    })

    app.get('/demo/client/launched', async (request, reply) => {
      const taken = takeCode(request, reply)
      if (!taken) return reply
      const walk = await walkFromLaunch(launched, taken.code)
      const { csrfToken } = viewOf(request, reply, false)
      return show(
        request,
        reply,
        walkPage(walk, howItWasOpened(launched, taken), {
          title: 'Demo chart',
          sealed: undefined,
          csrfToken,
        }),
      )
    })

    app.post('/demo/client/refresh', async (request, reply) => {
      const browserId = request.cookies[cookieName] ?? ''
      const { sealed } = (request.body ?? {}) as { sealed?: unknown }
      const refreshToken = typeof sealed === 'string' ? seal.open(browserId, sealed) : undefined
      if (refreshToken === undefined) return show(request, reply.code(400), lostSealPage(startUrl))
      const walk = await walkFromRefreshToken(settings, refreshToken)
      const before = html`<p>You pressed <strong>Refresh and read again</strong>. The form brought the refresh token back to this client.</p>`
      return showWalk(request, reply, walk, before, browserId)
    })

    // A reader who presses Enter in the address bar after a refresh comes here.
    app.get('/demo/client/refresh', async (_request, reply) => reply.redirect('/demo/client', 303))
  }
}

function howItBegan(settings: ClientSettings, { code, state }: { code: string; state: string }) {
  const returned = shortenSecrets(`/demo/client/callback?code=${encodeURIComponent(code)}&state=${state}`, [
    code,
    state,
  ])
  return html`<p><strong>Step 1:</strong> your browser opened the link.</p>
${showCode('The link', shortenSecrets(authorizeLink(settings, state), [state]))}
<p><strong>Step 2:</strong> you pressed Authorize, and your browser came back to the redirect URI with a code. The <code>state</code> is the one that this client gave to your browser.</p>
${showCode('The address of the return', `${settings.portalUrl}${returned}`)}`
}

function howItWasOpened(settings: ClientSettings, { code, state }: { code: string; state: string }) {
  const iss = `${settings.fhirUrl}/fhir/r4`
  const launch = 'LAUNCH_ID'
  const shown = (text: string) => shortenSecrets(text, [code, state])
  return html`<p><strong>Step 1:</strong> the portal opened this application in a new tab, at the launch URL that its developer has registered, with its FHIR address and a launch id that works once.</p>
${showCode('The launch URL', `${settings.portalUrl}/demo/client/launch?${new URLSearchParams({ iss, launch })}`)}
<p><strong>Step 2:</strong> the application sent your browser on to the authorization page at once, with the scope <code>launch</code>, the launch id as it came and <code>aud</code>. You pressed Authorize, and came back with a code.</p>
${showCode('The link', shown(launchLink(settings, { iss, launch, state })))}
${showCode('The address of the return', shown(`${settings.redirectUri}?code=${encodeURIComponent(code)}&state=${state}`))}`
}

/** A query parameter that is there exactly once. */
function single(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

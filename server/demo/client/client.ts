import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Page } from '../../pages/page.ts'
import { servePageAsset } from '../../pages/page-asset.ts'
import { hideReferrer } from '../../pages/page-headers.ts'
import { sendPage, viewOf } from '../../pages/view.ts'
import { type Random, systemRandom } from '../../secrets.ts'
import { authorizeLink } from './authorize-link.ts'
import { createBrowserSeal } from './browser-seal.ts'
import type { ClientSettings, DemoSignIns } from './client-settings.ts'
import { showCode, stylesheet } from './demo-page.ts'
import { deniedPage, foreignStatePage, lostSealPage, missingCodePage, refusedPage } from './return-pages.ts'
import { shortenSecrets } from './shorten-secrets.ts'
import { startPage } from './start-page.ts'
import { type Walk, walkFromCode, walkFromRefreshToken } from './walk.ts'
import { walkPage } from './walk-page.ts'

export interface DemoClientDeps {
  portalUrl: string
  fhirUrl: string
  applicationId: string
  applicationSecret: string
  signIns?: DemoSignIns
  random?: Random
  /** How long each request may take. */
  timeoutMs?: number
}

const cookieName = 'onpatient_demo_client'

/**
 * A small confidential client that takes the steps of the tutorial over real HTTP and shows them. It stores nothing
 * and shares nothing with the server round it. Its secret is public: for a scope outside production only, with
 * `browser`, `pageHeaders` and `pageErrors`.
 */
export function demoClient(deps: DemoClientDeps): FastifyPluginAsync {
  const settings: ClientSettings = { timeoutMs: 10_000, ...deps }
  const startUrl = `${deps.portalUrl}/demo/client`
  const seal = createBrowserSeal(deps.random ?? systemRandom)

  function show(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
    return sendPage(reply, page, viewOf(request, reply, false))
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
        const browserId = request.cookies[cookieName] || seal.newBrowserId()
        void reply.setCookie(cookieName, browserId, {
          path: '/demo/client',
          httpOnly: true,
          sameSite: 'lax',
          secure: deps.portalUrl.startsWith('https:'),
        })
        const link = authorizeLink(settings, seal.issueState(browserId))
        return show(request, reply, startPage(settings, link, deps.signIns))
      })

    app.get('/demo/client/callback', async (request, reply) => {
      // The code is in the address of this page.
      hideReferrer(reply)
      const browserId = request.cookies[cookieName] ?? ''
      const state = single(request, 'state')
      if (browserId === '' || state === undefined || !seal.isStateOf(browserId, state))
        return show(request, reply.code(400), foreignStatePage(startUrl))
      const error = single(request, 'error')
      if (error === 'access_denied') return show(request, reply, deniedPage(startUrl))
      if (error !== undefined)
        return show(request, reply, refusedPage(error, single(request, 'error_description'), startUrl))
      const code = single(request, 'code')
      if (code === undefined) return show(request, reply.code(400), missingCodePage(startUrl))
      const walk = await walkFromCode(settings, code)
      return showWalk(request, reply, walk, howItBegan(settings, { code, state }), browserId)
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

/** A query parameter that is there exactly once. */
function single(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

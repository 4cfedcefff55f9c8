import type { FastifyPluginAsync } from 'fastify'
import { servePageAsset } from '../../pages/page-asset.ts'
import { systemRandom } from '../../secrets.ts'
import { createBrowserSeal } from './browser-seal.ts'
import type { ClientContext, DemoClientDeps } from './client-context.ts'
import { refresh, returnFromLaunch, returnWithCode, showStart, startLaunch } from './client-routes.ts'
import { stylesheet } from './demo-page.ts'

export type { DemoClientDeps } from './client-context.ts'

/**
 * A small confidential client that takes the steps of the tutorial over real HTTP and shows them. It stores nothing and shares nothing
 * with the server around it. Its secret is public, so it is for a scope outside production only, with `browser`, `pageHeaders` and
 * `pageErrors`.
 */
export function demoClient(deps: DemoClientDeps): FastifyPluginAsync {
  const shared = { timeoutMs: 10_000, ...deps }
  const startUrl = `${deps.portalUrl}/demo/client`
  const context: ClientContext = {
    deps,
    settings: { ...shared, ...deps.application, redirectUri: `${startUrl}/callback` },
    launched: { ...shared, ...deps.launched, redirectUri: `${startUrl}/launched` },
    startUrl,
    seal: createBrowserSeal(deps.random ?? systemRandom),
  }
  return async (app) => {
    servePageAsset(app, stylesheet)
    for (const url of ['/demo/client', '/demo/client/'])
      app.get(url, (request, reply) => showStart(context, request, reply))
    app.get('/demo/client/callback', (request, reply) => returnWithCode(context, request, reply))
    app.get('/demo/client/launch', (request, reply) => startLaunch(context, request, reply))
    app.get('/demo/client/launched', (request, reply) => returnFromLaunch(context, request, reply))
    app.post('/demo/client/refresh', (request, reply) => refresh(context, request, reply))
    // A reader who presses Enter in the address bar after a refresh comes here.
    app.get('/demo/client/refresh', async (_request, reply) => reply.redirect('/demo/client', 303))
  }
}

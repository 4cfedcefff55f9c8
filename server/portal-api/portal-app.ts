import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { fastifyStatic } from '@fastify/static'
import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Page } from '#server/pages/page.ts'
import { widenPolicy } from '#server/pages/page-headers.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { Admission } from '#server/practices/practices.ts'
import { languageOf } from '../http/choose-language.ts'
import { listPortalPaths, personPath, portalPages } from '../portal-pages.ts'
import { systemRandom } from '../secrets.ts'
import { landingPage } from './landing-page.ts'

interface PortalAppDeps {
  isProduction: boolean
  admission: Pick<Admission, 'ruleOf'>
  /** Where the built portal is; tests pass their own. */
  folder?: string
}

const builtPortal = fileURLToPath(new URL('../../portal/dist', import.meta.url))

/**
 * The signed-in portal: one document for all its addresses, and its files under `/portal-assets/`. Strangers get a
 * welcome at `/` and the sign-in page everywhere else. For a scope with `browser` and `pageHeaders`.
 */
export function portalApp({
  isProduction,
  admission,
  folder = builtPortal,
}: PortalAppDeps): FastifyPluginAsync {
  async function sendPortal(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const document = await readDocument(folder)
    if (document === undefined)
      return sendPage(reply.code(503), notBuiltPage, viewOf(request, reply, isProduction))
    const styleNonce = systemRandom.bytes(16).toString('base64url')
    widenPolicy(reply, { styleNonce, hasFrames: true })
    const page = document
      .replace('__CSP_NONCE__', styleNonce)
      .replace('<html lang="en">', `<html lang="${languageOf(request)}">`)
    return reply.type('text/html; charset=utf-8').send(page)
  }

  return async (app) => {
    if (existsSync(folder))
      await app.register(fastifyStatic, {
        root: folder,
        prefix: '/portal-assets/',
        decorateReply: false,
        index: false,
        // The document is served above, with a nonce; without one it could not work.
        allowedPath: (path) => !path.endsWith('.html'),
        // Names carry a hash of the content, so a browser may keep the files for ever.
        immutable: true,
        // Beside each file stand the same with .br and .gz, made when the portal was built.
        preCompressed: true,
        maxAge: '365d',
      })
    app.get(portalPages.home, async (request, reply) =>
      request.signedIn
        ? sendPortal(request, reply)
        : sendPage(
            reply,
            landingPage({ isProduction, takesPractices: (await admission.ruleOf('practice')) === 'open' }),
            viewOf(request, reply, isProduction),
          ),
    )
    const pages = listPortalPaths().filter((path) => path !== portalPages.home)
    for (const path of [...pages, personPath, `${personPath}/*`]) {
      app.get(path, async (request, reply) =>
        request.signedIn
          ? sendPortal(request, reply)
          : reply.redirect(`/signin?next=${encodeURIComponent(request.url)}`, 303),
      )
    }
  }
}

/** Read at every request: the file is small, and a portal built anew must not meet names of its old files. */
async function readDocument(folder: string): Promise<string | undefined> {
  try {
    return await readFile(`${folder}/index.html`, 'utf8')
  } catch {
    return undefined
  }
}

const notBuiltPage: Page = {
  title: 'The portal is not built',
  body: html`<h1>The portal is not built yet</h1>
<p class="lead">Its files are missing. Whoever runs this server can make them:</p>
<pre><code>npm run prepare</code></pre>
<p>Then start the server again and reload this page.</p>`,
}

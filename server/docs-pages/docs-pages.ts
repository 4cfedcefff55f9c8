import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyPluginAsync } from 'fastify'
import { sendDocument, staticDocument } from '../http/static-document.ts'
import { type Page, renderPage } from '../pages/page.ts'
import { readPageAsset, servePageAsset } from '../pages/page-asset.ts'
import { sendPage, viewOf, viewOfNobody } from '../pages/view.ts'
import { addressesOf } from './addresses.ts'
import type { DocsFacts } from './docs-facts.ts'
import { documentationBody, documentationContents } from './documentation-page.ts'
import { readSample, samples } from './samples.ts'
import {
  sampleBody,
  sampleContents,
  samplePath,
  samplesBody,
  samplesContents,
  samplesPath,
  titleOf,
} from './samples-page.ts'
import { tutorialBody, tutorialContents } from './tutorial-page.ts'

export type { DocsFacts } from './docs-facts.ts'
export { samples }

const stylesheet = readPageAsset(new URL('../pages/assets/docs.css', import.meta.url), 'docs', 'css')
const script = readPageAsset(new URL('./docs.js', import.meta.url), 'docs', 'js')

/** Somebody who is signed in gets another page at the same address, with a token for its form (decision 0035). */
const forNobody = { cacheControl: 'private, no-cache', vary: 'Cookie' }

/**
 * The tutorial, the reference and the samples for developers, with the addresses of this server. Everybody may read them. For a scope with `browser`,
 * `pageHeaders` and `pageErrors`.
 */
export function docsPages(facts: DocsFacts): FastifyPluginAsync {
  const addresses = addressesOf(facts.portalUrl, facts.fhirUrl)
  const pages: Record<string, Page> = {
    '/api_fhir/api-docs/tutorial': article('Tutorial', tutorialContents, tutorialBody(addresses, facts)),
    '/api_fhir/api-docs/documentation': article(
      'API documentation',
      documentationContents(facts.isProduction),
      documentationBody(addresses, facts),
    ),
    [samplesPath]: article('Samples with libraries', samplesContents, samplesBody(addresses)),
    ...Object.fromEntries(
      samples.map((sample) => [
        `${samplesPath}/${sample.id}`,
        article(titleOf(sample), sampleContents, sampleBody(sample, addresses)),
      ]),
    ),
  }
  return async (app) => {
    servePageAsset(app, stylesheet)
    servePageAsset(app, script)
    for (const [path, page] of Object.entries(pages)) {
      // Links exist with and without the slash, and a redirect would cost a round trip.
      const anonymous = staticDocument(renderPage(page, viewOfNobody(facts)))
      for (const url of [path, `${path}/`])
        app.get(url, async (request, reply) =>
          request.signedIn
            ? sendPage(reply, page, viewOf(request, reply, facts.isProduction))
            : sendDocument(request, reply.type('text/html; charset=utf-8'), anonymous, forNobody),
        )
    }
    for (const sample of samples)
      for (const file of [sample.file, ...(sample.project === undefined ? [] : [sample.project])])
        app.get(samplePath(sample, file), async (_request, reply) =>
          reply.type('text/plain; charset=utf-8').send(readSample(file)),
        )
  }
}

function article(title: string, contents: NonNullable<Page['contents']>, body: SafeHtml): Page {
  return {
    title,
    width: 'article',
    contents,
    body: html`<link rel="stylesheet" href="${stylesheet.path}"><script src="${script.path}" type="module"></script>${body}`,
  }
}

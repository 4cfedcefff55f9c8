import { createHash } from 'node:crypto'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import type { Practices } from '#server/practices/practices.ts'
import { preflight, readableByAll } from '../http/cors.ts'
import { brandBundlePath } from '../http/smart-configuration.ts'
import { type BrandUrls, brandBundle, type ListedBrand, serviceBaseBundle } from './brand-bundle.ts'
import { serviceBaseCsv } from './service-base-list.ts'

interface BrandsDeps extends BrandUrls {
  practices: Pick<Practices, 'brands'>
}

/** Apps read it often and show it for long; a practice that leaves the list is gone everywhere after this time. */
const maxAgeSeconds = 3600

/** Before any practice has said anything: when this list began to exist. */
const beginning = new Date('2026-11-24T00:00:00Z')

/** The published lists of practices that can be found here. No sign-in, any origin. */
export function brandLists({ practices: { brands }, ...urls }: BrandsDeps): FastifyPluginAsync {
  const asJson = (render: typeof brandBundle) => async (request: FastifyRequest, reply: FastifyReply) => {
    const [listed, changedAt = beginning] = await Promise.all([brands.listListed(), brands.findLastChange()])
    return send(request, reply, jsonTypeFor(request), JSON.stringify(render(listed, changedAt, urls)))
  }

  return async (app) => {
    const publish = (path: string, answer: RouteHandlerMethod) => {
      app.get(path, answer)
      app.options(path, preflight('GET', 'Accept, Cache-Control, If-None-Match, X-Requested-With'))
    }
    publish(brandBundlePath, asJson(brandBundle))
    publish('/.well-known/service-base-urls', asJson(serviceBaseBundle))
    publish('/.well-known/service-base-urls.csv', async (request, reply) => {
      const listed: ListedBrand[] = await brands.listListed()
      return send(request, reply, 'text/csv; charset=utf-8', serviceBaseCsv(listed, urls))
    })
  }
}

function send(request: FastifyRequest, reply: FastifyReply, type: string, body: string): FastifyReply {
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  // Weak, as the specification recommends: a proxy may compress it.
  void reply.headers({
    ...readableByAll,
    etag: `W/${tag}`,
    'cache-control': `public, max-age=${maxAgeSeconds}`,
    vary: 'Accept',
    'x-content-type-options': 'nosniff',
  })
  const known = (request.headers['if-none-match'] ?? '').split(/\s*,\s*/)
  if (known.some((each) => each === '*' || each.replace(/^W\//, '') === tag)) return reply.code(304).send()
  return reply.type(type).send(body)
}

function jsonTypeFor({ headers }: FastifyRequest): string {
  const isPlain = /application\/json/i.test(headers.accept ?? '')
  return `${isPlain ? 'application/json' : 'application/fhir+json'}; charset=utf-8`
}

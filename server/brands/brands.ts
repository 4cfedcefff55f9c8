import { createHash } from 'node:crypto'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import Negotiator from 'negotiator'
import type { Practices } from '#server/practices/practices.ts'
import { preflight, readableByAll } from '../http/cors.ts'
import { hasEntityTag } from '../http/entity-tag.ts'
import { brandBundlePath } from '../http/smart-configuration.ts'
import { type BrandUrls, brandBundle, type ListedBrand, serviceBaseBundle } from './brand-bundle.ts'
import { serviceBaseCsv } from './service-base-list.ts'

interface BrandsDeps extends BrandUrls {
  practices: Pick<Practices, 'brands'>
}

/** A cache may keep the list for this time, so a practice that leaves the list may be shown for so long. */
const maxAgeSeconds = 3600

/** The date of the list before any practice has changed its brand. */
const beginning = new Date('2026-11-24T00:00:00Z')

/** The published lists of practices that can be found here, without a sign-in and for any origin. */
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
  // Weak, as the specification recommends, because a proxy may compress the list.
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  void reply.headers({
    ...readableByAll,
    etag,
    'cache-control': `public, max-age=${maxAgeSeconds}`,
    vary: 'Accept',
    'x-content-type-options': 'nosniff',
  })
  if (hasEntityTag(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type(type).send(body)
}

/** The first one is sent when the client likes both alike, or neither. */
const jsonTypes = ['application/fhir+json', 'application/json']

function jsonTypeFor(request: FastifyRequest): string {
  return `${new Negotiator(request).mediaType(jsonTypes) ?? jsonTypes[0]}; charset=utf-8`
}

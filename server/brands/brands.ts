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
  // Weak, as the specification recommends: a proxy may compress it.
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

/** The first where the client likes both alike, or neither. */
const jsonTypes = ['application/fhir+json', 'application/json']

function jsonTypeFor(request: FastifyRequest): string {
  return `${new Negotiator(request).mediaType(jsonTypes) ?? jsonTypes[0]}; charset=utf-8`
}

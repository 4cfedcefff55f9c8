import type { FastifyReply, FastifyRequest } from 'fastify'

/** The version and time that a stored text carries; the store writes them at a fixed place. */
export function versionOf(content: string): { etag: string; lastUpdated: Date } {
  const [, version = '0', time = ''] =
    /"meta":\{"versionId":"(\d+)","lastUpdated":"([^"]+)"/.exec(content.slice(0, 400)) ?? []
  return { etag: `W/"${version}"`, lastUpdated: new Date(time) }
}

/**
 * Sets `ETag` and `Last-Modified`, and tells whether the client has this version already
 * (https://hl7.org/fhir/R4/http.html#cread; RFC 9110 §13.2.2: an entity tag decides before a date).
 */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, content: string): boolean {
  const { etag, lastUpdated } = versionOf(content)
  void reply.header('etag', etag).header('last-modified', lastUpdated.toUTCString())
  const { 'if-none-match': tags, 'if-modified-since': since } = request.headers
  if (tags !== undefined) return tags.split(',').some((tag) => tag.trim() === '*' || sameTag(tag, etag))
  const known = since === undefined ? Number.NaN : Date.parse(since)
  return Math.floor(lastUpdated.getTime() / 1000) * 1000 <= known
}

function sameTag(a: string, b: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return opaque(a) === opaque(b)
}

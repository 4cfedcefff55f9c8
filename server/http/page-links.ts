import type { FastifyRequest } from 'fastify'

/**
 * The origin for links in an answer: the origin of the request when it is another name of this server, else the configured one. The Host
 * header alone is never trusted, because a link to another host would send the client there with its token.
 */
export function originOf(request: Pick<FastifyRequest, 'host' | 'protocol'>, ownOrigin: string): string {
  // The usual case, without parsing addresses.
  if (ownOrigin.endsWith(`//${request.host}`)) return ownOrigin
  const own = new URL(ownOrigin)
  const asked = parseHost(request.host)
  if (!asked) return ownOrigin
  // Behind a proxy that ends TLS the request may come over http. Clients use the protocol of the configured origin.
  if (isLoopback(own.hostname) && isLoopback(asked.hostname)) return `${own.protocol}//${asked.host}`
  const withoutWww = (host: string) => host.replace(/^www\./, '')
  return withoutWww(asked.host) === withoutWww(own.host) ? `${own.protocol}//${asked.host}` : ownOrigin
}

function parseHost(host: string): URL | undefined {
  const url = `http://${host}`
  return /^[A-Za-z0-9.:[\]-]+$/.test(host) && URL.canParse(url) ? new URL(url) : undefined
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
}

/** The address of another page of a list: the same path and parameters with another `cursor`. */
export function pageLink(base: string, parameters: URLSearchParams, cursor: string): string {
  const others = new URLSearchParams(parameters)
  others.delete('cursor')
  others.append('cursor', cursor)
  return `${base}?${others}`
}

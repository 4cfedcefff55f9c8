import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { Settings } from './settings.ts'

/** Where the portal and the API are reached, and how the process listens for them. */
export interface Origins {
  portalUrl: string
  fhirUrl: string
  /**
   * 'one': both at the same origin. 'by-port': the API has a port of its own. 'by-host': one port, distinguished by the
   * Host header (two host names, usually behind one proxy).
   */
  kind: 'one' | 'by-port' | 'by-host'
}

/** The port of its own that the API wants, or undefined; 0 takes a free one. */
export function findApiPort({ port, portalUrl, fhirUrl }: Settings): number | undefined {
  if (fhirUrl === undefined) return undefined
  const api = new URL(fhirUrl)
  const portal = new URL(portalUrl ?? `http://localhost:${port}`)
  // Behind https stands a proxy, which brings both to the one port.
  if (api.protocol !== 'http:' || portal.protocol !== 'http:') return undefined
  const isSamePort = effectivePort(api) === effectivePort(portal) && effectivePort(api) !== 0
  return isSamePort ? undefined : effectivePort(api)
}

export function resolveOrigins(settings: Settings, port: number, apiPort: number | undefined): Origins {
  const portalUrl = settings.portalUrl ?? `http://localhost:${port}`
  if (apiPort !== undefined) {
    const api = new URL(settings.fhirUrl ?? portalUrl)
    return { portalUrl, fhirUrl: `${api.protocol}//${api.hostname}:${apiPort}`, kind: 'by-port' }
  }
  const fhirUrl = settings.fhirUrl ?? portalUrl
  return { portalUrl, fhirUrl, kind: fhirUrl === portalUrl ? 'one' : 'by-host' }
}

const probePaths = /^\/(healthz|readyz)(\?|$)/

/**
 * Whether a request came for a name of ours, with or without `www.`, at whatever port a proxy has. An address of numbers and
 * localhost are known, too: no name of somebody else leads there. Probes may use any name.
 */
export function isKnownHost({ url = '', headers }: IncomingMessage, origins: Origins): boolean {
  if (headers.host === undefined || probePaths.test(url)) return true
  const name = nameOf(`http://${headers.host}`)
  if (name === undefined) return false
  if (name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[|\]$/g, '')) !== 0)
    return true
  return [origins.portalUrl, origins.fhirUrl].some((origin) => nameOf(origin) === name)
}

function nameOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).hostname.replace(/^www\./, '').replace(/\.$/, '') : undefined
}

/** Whether a request came for the API's host name, with or without `www.`; every other known name gets the portal. */
export function isForApi(request: IncomingMessage, { fhirUrl }: Origins): boolean {
  const host = (request.headers.host ?? '').toLowerCase().replace(/^www\./, '')
  return host === new URL(fhirUrl).host.replace(/^www\./, '')
}

function effectivePort(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
}

/**
 * The only file that changes a request before the engine reads it. The engine takes method, address, headers and body from Node's own object.
 */
import type { IncomingMessage } from 'node:http'

/** Whatever a client accepts, the engine answers in JSON. */
export function acceptJson({ headers }: IncomingMessage): void {
  headers.accept = 'application/json'
}

/** The engine knows one address of each end point. */
export function moveTo(request: IncomingMessage, path: string): void {
  request.url = path
}

export function becomeAuthorizationRequest(request: IncomingMessage, params: URLSearchParams): void {
  request.method = 'GET'
  request.url = `/o/authorize/?${params}`
}

export function dropAuthorization({ headers }: IncomingMessage): void {
  delete headers.authorization
}

/** Also drops the signature that the engine keeps beside the cookie. */
export function dropCookie({ headers }: IncomingMessage, name: string): void {
  headers.cookie = (headers.cookie ?? '')
    .split(/;\s*/)
    .filter((each) => !each.startsWith(`${name}=`) && !each.startsWith(`${name}.sig=`))
    .join('; ')
}

/** The engine takes a form from here when the stream was read to its end. */
export function putForm(request: IncomingMessage, form: string): void {
  Object.assign(request, { body: form })
  request.headers['content-type'] = 'application/x-www-form-urlencoded'
  request.headers['content-length'] = String(Buffer.byteLength(form))
}

/** The engine builds addresses from the Host header. A forged header must not get into them. */
export function comeFrom({ headers }: IncomingMessage, site: URL): void {
  headers.host = site.host
  headers['x-forwarded-proto'] = site.protocol.slice(0, -1)
  delete headers['x-forwarded-host']
}

import type { IncomingMessage } from 'node:http'

const addresses = new WeakMap<IncomingMessage, string>()

/** Notes the address from which a request comes, as the trusted proxies say, for code that sees only the raw request. */
export function noteAddress(request: IncomingMessage, ip: string): void {
  addresses.set(request, ip)
}

export function addressOf(request: IncomingMessage): string {
  return addresses.get(request) ?? request.socket.remoteAddress ?? ''
}

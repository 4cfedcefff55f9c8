import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A port that is open but not answering yet, so that the address is known before the server behind it is built. */
export interface Listener {
  readonly port: number
  /** Starts answering; requests that came before have waited. */
  serve(handle: RequestListener): void
  /** Stops taking connections and resolves when the answers under way are out. */
  close(): Promise<void>
}

/** Long `state` values and many scopes make long addresses; Node's own limit is 16 kB. */
const maxHeaderBytes = 64 * 1024

export async function listen(port: number, host: string): Promise<Listener> {
  const ready = Promise.withResolvers<RequestListener>()
  const server = createServer({ maxHeaderSize: maxHeaderBytes, requestTimeout: 60_000 })
  const wait: RequestListener = (request, response) =>
    void ready.promise.then((handle) => handle(request, response))
  server.on('request', wait)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
  return {
    port: (server.address() as AddressInfo).port,
    serve(handle) {
      server.off('request', wait).on('request', handle)
      ready.resolve(handle)
    },
    close: () => closeGracefully(server),
  }
}

/** How long an answer under way may take before its connection is cut at the end. */
const graceMs = 10_000

/** A connection that has its answer would lie idle, and be waited for, until its keep-alive is over. */
const closeIdleEveryMs = 100

async function closeGracefully(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const closeIdle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(closeIdle)
  clearTimeout(cut)
}

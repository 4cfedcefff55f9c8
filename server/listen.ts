import cluster from 'node:cluster'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** A port that is open but not answering yet, so that the address is known before the server behind it is built. */
export interface Listener {
  readonly port: number
  /** Starts answering; requests that came before have waited. */
  serve(handle: RequestListener): void
  /** Takes no more connections and resolves when the answers under way are out. */
  drain(): Promise<void>
  /** Gives the port back; nothing may take long after that. */
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
    drain: () => (cluster.isWorker ? refuseOthers(server) : closeGracefully(server)),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

/** How long an answer under way may take before its connection is cut at the end. */
const graceMs = 10_000

/** A connection that has its answer would lie idle, and be waited for, until its keep-alive is over. */
const closeIdleEveryMs = 100

async function closeGracefully(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  await withGrace(server, closed)
}

/**
 * Of several processes the first one accepts connections and hands them on. One that it hands to a process which has just closed would be
 * taken by nobody, and wait until all have ended. So a process that ends keeps taking connections, and ends each at once.
 */
async function refuseOthers(server: Server): Promise<void> {
  server.prependListener('connection', (socket) => socket.destroy())
  // A client that goes on asking by the connection that it has would never end.
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'))
  await withGrace(server, isQuiet(server))
}

async function withGrace(server: Server, ended: Promise<void>): Promise<void> {
  const closeIdle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await ended
  clearInterval(closeIdle)
  clearTimeout(cut)
}

/** Until no connection is left. */
async function isQuiet(server: Server): Promise<void> {
  const count = promisify(server.getConnections.bind(server))
  const until = performance.now() + graceMs + closeIdleEveryMs
  while ((await count()) > 0 && performance.now() < until) await sleep(closeIdleEveryMs / 2)
}

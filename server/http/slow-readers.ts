import type { onSendHookHandler } from 'fastify'

/** Less than this fits into the buffers of the system: the answer is gone at once, whoever reads it. */
const buffered = 64 * 1024

/**
 * Closes the connection of a client that does not take its answer: what it has not read yet stays in memory. `seconds`: how long a
 * client has from the moment in which the answer begins.
 */
export function closeSlowReaders(seconds: number): onSendHookHandler {
  return (_request, reply, payload, done) => {
    if (isSmall(payload)) return done()
    const { raw } = reply
    const timer = setTimeout(() => raw.destroy(), seconds * 1000).unref()
    raw.once('close', () => clearTimeout(timer))
    done()
  }
}

function isSmall(payload: unknown): boolean {
  return (
    payload === undefined || payload === null || (typeof payload === 'string' && payload.length < buffered)
  )
}

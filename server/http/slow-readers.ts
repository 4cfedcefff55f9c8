import type { onSendHookHandler } from 'fastify'

/** A smaller answer fits into the buffers of the system and leaves at once, however slow its reader is. */
const buffered = 64 * 1024

/**
 * Closes the connection of a client that does not take its answer, because the rest of the answer stays in memory. `seconds`: how long a client
 * has from the beginning of the answer.
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

import type { FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'

/** A request on its way to the engine. */
export interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
  /** The text of its form as it came, once a step has read it; undefined without a form. */
  form?: string | undefined
}

/**
 * One step before the engine answers. `answered` means that the request goes no further. A step cannot return the reply instead: the reply is
 * a promise that resolves at the end of the answer.
 */
export type Step = (exchange: Exchange) => Promise<Outcome>
// biome-ignore lint/suspicious/noConfusingVoidType: most steps answer nothing, and need no word to say so
export type Outcome = 'answered' | undefined | void

/** A hook around the engine. After `next()` it sees the engine's answer. */
export type EngineHook = Parameters<Provider['use']>[0]

/** A route's handler: the steps in their order. The last one answers. */
export function passThrough(
  steps: readonly Step[],
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  return async (request, reply) => {
    const exchange: Exchange = { request, reply }
    for (const step of steps) {
      const outcome = await step(exchange)
      if (outcome === 'answered') return reply
    }
    throw new Error('no step has answered')
  }
}

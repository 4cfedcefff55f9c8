import type { FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'

/** A request on its way to the engine. */
export interface Exchange {
  request: FastifyRequest
  reply: FastifyReply
  /** The text of its form as it came, once it was read; undefined when it brings none. */
  form?: string | undefined
}

/** One thing that is done before the engine answers. A reply means that the request is answered and goes no further. */
// biome-ignore lint/suspicious/noConfusingVoidType: most steps answer nothing, and need no word to say so
export type Step = (exchange: Exchange) => Promise<FastifyReply | undefined | void>

/** Stands round the engine: what it does after `next()` sees the engine's answer. */
export type EngineHook = Parameters<Provider['use']>[0]

/** A route's handler: the steps in their order. The last one answers. */
export function passThrough(
  steps: readonly Step[],
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  return async (request, reply) => {
    const exchange: Exchange = { request, reply }
    for (const step of steps) {
      const answered = await step(exchange)
      if (answered) return answered
    }
    throw new Error('no step has answered')
  }
}

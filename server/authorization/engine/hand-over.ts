import type Provider from 'oidc-provider'
import { noteAddress } from './address-of.ts'
import type { Step } from './exchange.ts'
import { comeFrom } from './raw-request.ts'

export interface Engine {
  provider: Provider
  answer: ReturnType<Provider['callback']>
  /** The portal's origin. The addresses that the engine builds begin with it. */
  site: URL
}

/** Lets the engine answer on the raw response, with the headers that were set before. */
export function handOver({ answer, site }: Engine): Step {
  return async ({ request, reply }) => {
    const { raw } = request
    comeFrom(raw, site)
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    noteAddress(raw, request.ip)
    reply.hijack()
    await answer(raw, reply.raw)
    return 'answered'
  }
}

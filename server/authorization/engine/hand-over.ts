import type { FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { noteAddress } from './address-of.ts'

export interface Engine {
  provider: Provider
  answer: ReturnType<Provider['callback']>
  /** Where people know us: the addresses that the engine builds begin with it. */
  site: URL
}

/** Lets the engine answer on the raw response, with the headers that were set before. */
export async function handOver(
  { answer, site }: Engine,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { raw } = request
  // The engine builds addresses from the Host header; a forged one must not get into them.
  raw.headers.host = site.host
  raw.headers['x-forwarded-proto'] = site.protocol.slice(0, -1)
  delete raw.headers['x-forwarded-host']
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value)
  noteAddress(raw, request.ip)
  reply.hijack()
  await answer(raw, reply.raw)
  return reply
}

import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { OnpatientError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { sayLimit } from '../limits.ts'
import type { Exchange, Step } from './engine/exchange.ts'

export function queryOf(request: FastifyRequest): URLSearchParams {
  const start = request.raw.url?.indexOf('?') ?? -1
  return new URLSearchParams(start === -1 ? '' : request.raw.url?.slice(start + 1))
}

const formKilobytes = 64

export async function readRequestForm(exchange: Exchange): Promise<void> {
  const { raw } = exchange.request
  if (hasBody(raw)) exchange.form = await readForm(raw)
}

/** RFC 9126: a pushed request is stored, so its form has a lower limit. */
export function readPushedForm({ limits }: { limits: Limits }): Step {
  const refusal = `${sayLimit(limits, 'pushedRequestBytes')} Make "state" shorter: keep its data on your side, under a short name.`
  return async (exchange) => {
    const { raw } = exchange.request
    if (hasBody(raw)) exchange.form = await readWithin(raw, limits.pushedRequestBytes, refusal)
  }
}

/** The text of a form, which is UTF-8 (RFC 6749 Appendix B). Throws `body-too-large` and `invalid-body`. */
export function readForm(request: IncomingMessage): Promise<string> {
  return readWithin(request, formKilobytes * 1024, `A form may have ${formKilobytes} kB.`)
}

export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined
}

async function readWithin(request: IncomingMessage, most: number, refusal: string): Promise<string> {
  const chunks: Buffer[] = []
  let size = Number(request.headers['content-length'] ?? 0)
  if (size <= most) {
    size = 0
    // Otherwise the end of the loop would close the connection, and the refusal would not arrive.
    const parts = request.iterator({ destroyOnReturn: false })
    try {
      for await (const part of parts) {
        size += (part as Buffer).length
        if (size > most) break
        chunks.push(part as Buffer)
      }
    } catch (error) {
      throw new OnpatientError('invalid-body', 'The form broke off. Send it again.', { cause: error })
    }
  }
  if (size <= most) return Buffer.concat(chunks).toString('utf8')
  // The rest is thrown away as it comes, so that the client reads the answer. Node bounds the time of this.
  request.resume()
  throw new OnpatientError('body-too-large', refusal)
}

import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A text that is the same for everybody until the server starts again. */
export interface StaticDocument {
  text: string
  /** Weak: it is the same document in every content coding (RFC 9110 §8.8.1). */
  etag: string
  /** Made when it is first asked for, then kept. */
  compressed: Partial<Record<'br' | 'gzip', Buffer>>
}

export function staticDocument(text: string): StaticDocument {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22)
  return { text, etag: `W/"${hash}"`, compressed: {} }
}

const compressors = {
  // The highest quality takes seventy times as long, for a twentieth less.
  br: (text: string) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (text: string) => gzipSync(text),
}

/** Below this a compressed answer is hardly a packet less. */
const smallBytes = 1000

/**
 * Answers with the document, compressed when the client takes that, or with 304 when it has it already. It may be kept, and is asked
 * for again each time: it changes with the next version of the server.
 */
export function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  document: StaticDocument,
): FastifyReply {
  const { text, etag, compressed } = document
  void reply.headers({
    etag,
    'cache-control': 'public, no-cache',
    vary: 'Accept, Accept-Encoding',
  })
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const coding = text.length < smallBytes ? undefined : findCoding(request.headers['accept-encoding'])
  if (coding === undefined) return reply.send(text)
  compressed[coding] ??= compressors[coding](text)
  return reply.header('content-encoding', coding).send(compressed[coding])
}

function isKnown(tags: string | undefined, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return (tags ?? '').split(',').some((tag) => tag.trim() === '*' || opaque(tag) === opaque(etag))
}

/** RFC 9110 §12.5.3: what the client likes best of what there is; undefined for the text as it is. */
function findCoding(accepted: string | undefined): 'br' | 'gzip' | undefined {
  const weights = new Map<string, number>()
  for (const each of (accepted ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = each.split(';').map((part) => part.trim())
    const weight = parameters.find((part) => part.startsWith('q='))?.slice(2)
    weights.set(coding, weight === undefined ? 1 : Number(weight) || 0)
  }
  const weightOf = (coding: string) => weights.get(coding) ?? weights.get('*') ?? 0
  const best = weightOf('gzip') > weightOf('br') ? 'gzip' : 'br'
  return weightOf(best) > 0 && weightOf(best) >= (weights.get('identity') ?? 0) ? best : undefined
}

import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { hasEntityTag } from './entity-tag.ts'

/**
 * A text that is the same for everybody until the server starts again. No other text is compressed: a compressed answer with a secret
 * beside text that others choose gives the secret away (decision 0035).
 */
export interface StaticDocument {
  text: string
  /** Weak, because it names the same document in every content coding (RFC 9110 §8.8.1). */
  etag: string
  /** Made at the first request for the coding, and then kept. */
  compressed: Partial<Record<Coding, Buffer>>
}

type Coding = keyof typeof compressors

const compressors = {
  // The highest quality takes seventy times as long, for a twentieth less.
  br: (text: string) => brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (text: string) => gzipSync(text),
}

/** The best first, where the client likes several alike. */
const codings = ['br', 'gzip'] as const satisfies readonly Coding[]

/** A text shorter than this hardly gets a packet shorter. */
const smallBytes = 1000

export function staticDocument(text: string): StaticDocument {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 22)
  return { text, etag: `W/"${hash}"`, compressed: {} }
}

interface Caching {
  cacheControl: string
  /** What the answer depends on beside Accept-Encoding. */
  vary?: string
}

/** Caches may keep it and ask again each time, because it changes with the next version of the server. */
const asked: Caching = { cacheControl: 'public, no-cache', vary: 'Accept' }

/** Answers with the document, compressed when the client takes that, or with 304 when the client has it. */
export function sendDocument(
  request: FastifyRequest,
  reply: FastifyReply,
  document: StaticDocument,
  { cacheControl, vary }: Caching = asked,
): FastifyReply {
  const { text, etag, compressed } = document
  void reply.headers({
    etag,
    'cache-control': cacheControl,
    vary: vary === undefined ? 'Accept-Encoding' : `${vary}, Accept-Encoding`,
  })
  if (hasEntityTag(request.headers['if-none-match'], etag)) return reply.code(304).send()
  const coding = text.length < smallBytes ? undefined : chooseCoding(request)
  if (coding === undefined) return reply.send(text)
  compressed[coding] ??= compressors[coding](text)
  return reply.header('content-encoding', coding).send(compressed[coding])
}

/** RFC 9110 §12.5.3. Undefined: the text as it is, also for a client that refuses every coding. */
function chooseCoding(request: FastifyRequest): Coding | undefined {
  const chosen = negotiatorOf(request).encoding([...codings, 'identity'], { preferred: codings })
  return codings.find((coding) => coding === chosen)
}

/** The package's types do not have `preferred` yet. */
interface EncodingNegotiator {
  encoding(available: readonly string[], options: { preferred: readonly string[] }): string | undefined
}

function negotiatorOf(request: FastifyRequest): EncodingNegotiator {
  return new Negotiator(request) as EncodingNegotiator
}

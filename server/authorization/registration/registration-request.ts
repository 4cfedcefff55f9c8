import type { FastifyRequest } from 'fastify'
import { OnpatientError } from '../../errors.ts'

/** The metadata of the request. Throws `invalid-body`. */
export function bodyOf(request: FastifyRequest): Record<string, unknown> {
  const value = typeof request.body === 'string' ? parse(request.body) : undefined
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw new OnpatientError(
    'invalid-body',
    'Send the metadata as one JSON object with the type application/json.',
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function bearerOf(request: FastifyRequest): string | undefined {
  const [, token] = /^bearer +(\S{1,200}) *$/i.exec(request.headers.authorization ?? '') ?? []
  return token
}

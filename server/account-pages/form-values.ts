import type { FastifyRequest } from 'fastify'
import type { FormError } from '#server/pages/form.ts'

/** One parameter of the address; '' when it is absent or given twice. */
export function readQuery(request: FastifyRequest, name: string): string {
  return readFrom(request.query, name)
}

/** One field of a sent form as it was typed, for passwords and tokens; '' when it is absent or given twice. */
export function readField(request: FastifyRequest, name: string): string {
  return readFrom(request.body, name)
}

/** The same without space around it, for text that people type or paste. */
export function readTrimmed(request: FastifyRequest, name: string): string {
  return readField(request, name).trim()
}

function readFrom(source: unknown, name: string): string {
  const value = (source as Record<string, unknown> | null | undefined)?.[name]
  return typeof value === 'string' ? value : ''
}

/** One error for each field that was left empty. `missing` has the fields and their messages. */
export function findMissing(request: FastifyRequest, missing: Record<string, string>): FormError[] {
  return Object.entries(missing)
    .filter(([name]) => readTrimmed(request, name) === '')
    .map(([field, message]) => ({ field, message }))
}

import type { FastifyReply } from 'fastify'
import { OnpatientError, statusOf } from '#server/errors.ts'
import type { FormError } from '#server/pages/form.ts'

/** The reason for which a form comes back to the person who sent it. */
export interface FormFailure {
  status: number
  errors: FormError[]
  retryAfterSeconds?: number | undefined
}

const shownOnForms = new Set([
  'invalid-parameter',
  'sign-in-failed',
  'code-refused',
  'passkey-refused',
  'birth-date-mismatch',
  'own-record-exists',
  'email-taken',
  'too-many-requests',
])

/**
 * Turns an error into a message on the form. Throws every error again that the person cannot repair there. `fields` are the fields of the form,
 * so that no message points at a field that is not there.
 */
export function toFormFailure(error: unknown, fields: readonly string[]): FormFailure {
  if (!(error instanceof OnpatientError) || !shownOnForms.has(error.code)) throw error
  const field = error.field !== undefined && fields.includes(error.field) ? error.field : undefined
  return {
    status: statusOf[error.category],
    errors: [{ field, message: error.message }],
    retryAfterSeconds: error.retryAfterSeconds,
  }
}

/** Status and `Retry-After` of a form that comes back. */
export function applyFailure(reply: FastifyReply, failure: FormFailure): void {
  reply.code(failure.status)
  if (failure.retryAfterSeconds !== undefined) reply.header('retry-after', failure.retryAfterSeconds)
}

/** The message that stands beside one field. */
export function errorFor(errors: readonly FormError[], field: string): string | undefined {
  return errors.find((error) => error.field === field)?.message
}

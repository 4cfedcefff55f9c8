import { ApiFailure } from '../api/call-api.ts'

/** The message for one field of a form, when the server found fault with it ("redirectUris.1" is of "redirectUris"). */
export function faultOf(error: unknown, field: string): string | undefined {
  if (!(error instanceof ApiFailure) || error.field === undefined) return undefined
  return error.field === field || error.field.startsWith(`${field}.`) ? error.message : undefined
}

/** Whether a failure belongs beside none of the fields, and so above the button. */
export function isOfNoField(error: unknown, fields: readonly string[]): boolean {
  return error !== null && error !== undefined && !fields.some((field) => faultOf(error, field) !== undefined)
}

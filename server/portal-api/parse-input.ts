import { z } from 'zod'
import { OnpatientError } from '../errors.ts'

/** An id of ours as part of an address. */
export const idText = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, 'is not an id')

/** Reads input from outside. Throws `invalid-parameter` naming the first part that is wrong. */
export function parseInput<Shape extends z.ZodType>(shape: Shape, input: unknown): z.output<Shape> {
  // A request without a body means the same as one with an empty object.
  const outcome = shape.safeParse(input ?? {})
  if (outcome.success) return outcome.data
  const [issue] = outcome.error.issues
  const field = fieldOf(issue)
  throw new OnpatientError(
    'invalid-parameter',
    `${field === undefined ? 'The request' : `"${field}"`} is not as expected: ${issue?.message ?? 'unknown form'}.`,
    field === undefined ? {} : { field },
  )
}

function fieldOf(issue: z.core.$ZodIssue | undefined): string | undefined {
  if (issue === undefined) return undefined
  if (issue.code === 'unrecognized_keys') return issue.keys[0]?.slice(0, 100)
  return issue.path.length > 0 ? issue.path.map(String).join('.') : undefined
}

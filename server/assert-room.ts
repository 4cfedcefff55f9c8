import { OnpatientError } from './errors.ts'
import { type LimitName, type Limits, sayLimit } from './limits.ts'

/** Throws `limit-reached` when there are as many as may be; `advice` says what to do about it. */
export function assertRoom(
  limits: Limits,
  name: LimitName,
  { owned, advice, field }: { owned: number; advice: string; field?: string },
): void {
  if (owned < limits[name]) return
  const message = `${sayLimit(limits, name)} ${advice}`
  throw new OnpatientError('limit-reached', message, field === undefined ? {} : { field })
}

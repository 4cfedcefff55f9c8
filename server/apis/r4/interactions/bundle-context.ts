import type { RecordWriter } from '#server/access/access.ts'
import type { Limits } from '../../../limits.ts'
import type { Random } from '../../../secrets.ts'
import type { RequestContext } from '../request-context.ts'

export interface BundleContext extends RequestContext {
  random: Random
  /** Throws like `WriteAccess.open`. */
  openWriter(): Promise<RecordWriter>
  /** By which the request of an entry is known as one. */
  entryHeaders: Record<string, string>
  limits: Limits
  /** Each entry counts as a request. Throws `too-many-requests`. */
  countEntries(entries: number): Promise<void>
}

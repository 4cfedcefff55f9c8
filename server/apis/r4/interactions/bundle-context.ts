import type { RecordReader, RecordWriter } from '#server/access/access.ts'
import type { Limits } from '../../../limits.ts'
import type { Random } from '../../../secrets.ts'
import type { EntryAnswer } from '../entry-answer.ts'
import type { RequestContext } from '../request-context.ts'

/** The request that an entry of a Bundle stands for. */
export interface EntryRequest {
  method: string
  /** Below the base. */
  url: string
  headers: Record<string, string | undefined>
  body?: Buffer
  /** Whether it writes nothing, though it may be sent by POST. */
  asksOnly: boolean
}

export interface BundleContext extends RequestContext {
  requestId: string
  random: Random
  limits: Limits
  /** Throws like `WriteAccess.open`. */
  openWriter(): Promise<RecordWriter>
  /** Answers an entry like a request of its own. With a reader the entry reads through that. Throws what the interaction throws. */
  answerEntry(entry: EntryRequest, reader?: RecordReader): Promise<EntryAnswer>
  /** The answer for an error of an entry. Unforeseen errors are logged. */
  refuseEntry(error: unknown, url: string): EntryAnswer
  /** Each entry counts as a request. Throws `too-many-requests`. */
  countEntries(entries: number): Promise<void>
}

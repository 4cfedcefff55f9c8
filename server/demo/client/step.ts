import type { Call } from './call.ts'

/** One request of the walk with what a newcomer should know about it. */
export interface Step {
  title: string
  words: string
  call: Call
  /** What this client makes of an answer that it cannot go on with. */
  problem?: string | undefined
}

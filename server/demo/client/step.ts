import type { Call } from './call.ts'

/** One request of the walk, with words for newcomers. */
export interface Step {
  title: string
  words: string
  call: Call
  /** The reason why the client cannot go on after this answer. */
  problem?: string | undefined
}

import type { en } from './en.ts'

/** The same keys as the English catalogue, with any text. */
type SameKeys<Messages> = {
  [Key in keyof Messages]: Messages[Key] extends string ? string : SameKeys<Messages[Key]>
}

export type Catalogue = SameKeys<typeof en>

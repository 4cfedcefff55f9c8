import type { z } from 'zod'
import type { Language } from '#words/languages.ts'
import type { Words } from '#words/words.ts'
import type { Entries, EntryType } from './entries/entries.ts'

/** In which language a page is made, and when. */
export interface Reading {
  language: Language
  words: Words
  now: Date
}

/** A page of a person's record: the types of records that it needs, and the pure function that makes it. */
export interface Page<Type extends EntryType, View, Query extends object = object> {
  types: readonly Type[]
  /** What its address may ask for: filters, a page of a long list. */
  query?: z.ZodType<Query>
  view(entries: Pick<Entries, Type>, reading: Reading, query: Query): View
}

/** Lets the compiler find the types of a page by itself. */
export function definePage<const Type extends EntryType, View, Query extends object = object>(
  page: Page<Type, View, Query>,
): Page<Type, View, Query> {
  return page
}

/** What a page answers. */
export type ViewOf<SomePage> = SomePage extends Page<infer _Type, infer View, infer _Query> ? View : never

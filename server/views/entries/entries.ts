import { fieldsOf, textOf } from '../fields.ts'
import { readCondition } from './condition.ts'
import type { Entry } from './entry.ts'
import { readPatient } from './patient.ts'

/** How the records of each type are read. To show a further type, add a row. */
const readers = {
  Patient: readPatient,
  Condition: readCondition,
}

/** The types that pages show. */
export type EntryType = keyof typeof readers

/** The entries of each type, the newest first. */
export type Entries = {
  readonly [Type in EntryType]: ReadonlyArray<ReturnType<(typeof readers)[Type]> & Pick<Entry, 'type' | 'id'>>
}

export type EntryOf<Type extends EntryType> = Entries[Type][number]

/** One stored record as an entry of its type; undefined when it cannot be read. Throws nothing, whatever the text is. */
export function readEntry(type: EntryType, content: string): Entry | undefined {
  try {
    const fields = fieldsOf(JSON.parse(content))
    const id = textOf(fields.id)
    return id === undefined || fields.resourceType !== type
      ? undefined
      : { ...readers[type](fields), type, id }
  } catch {
    return undefined
  }
}

/** The entries by type, as the pages want them. Each list holds entries of its type, made by `readEntry`. */
export function groupEntries<Type extends EntryType>(
  lists: ReadonlyArray<readonly [Type, readonly Entry[]]>,
): Pick<Entries, Type> {
  return Object.fromEntries(lists) as unknown as Pick<Entries, Type>
}

import type { Access, AccountReader } from '#server/access/access.ts'
import type { ReachingSignIn } from '#server/practices/practices.ts'
import type { Entries, EntryType } from '#server/views/views.ts'
import { OnpatientError } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { findFile } from './document-files.ts'
import { createEntryCache } from './entry-cache.ts'

/** A person whose record somebody has opened. */
export interface Person {
  id: string
  /** The entries of these types, the newest first. */
  entries<Type extends EntryType>(types: readonly Type[]): Promise<Pick<Entries, Type>>
  /** How many records of the types of these entries cannot be read, so that no entry stands for them. */
  leftOut(entries: Partial<Entries>): number
  /** A file of a document of this person; undefined when there is none, be it of another person or of nobody. */
  file(place: Parameters<typeof findFile>[1]): ReturnType<typeof findFile>
  reader: AccountReader
}

export interface People {
  /**
   * Opens a person's record for whoever is signed in. Every page of a record comes this way, and nothing is shown without it. Throws
   * `not-found` for a person whom the account does not reach, as for one who does not exist.
   */
  open(signIn: ReachingSignIn, patientId: string): Promise<Person>
}

interface PeopleDeps {
  access: Pick<Access, 'openForAccount'>
  limits: Pick<Limits, 'documentBytes'>
}

export function createPeople({ access, limits }: PeopleDeps): People {
  const cache = createEntryCache()
  return {
    async open(signIn, patientId) {
      const reader = await access.openForAccount(signIn)
      const state = await reader.compartmentState(patientId)
      if (!state.has('Patient'))
        throw new OnpatientError(
          'not-found',
          'There is no such person among those whose record you may see.',
          { field: 'patient' },
        )
      return {
        id: patientId,
        reader,
        entries: (types) => cache.entriesOf({ patientId, reader, state }, types),
        file: (place) => findFile({ patientId, reader, mostBytes: limits.documentBytes }, place),
        // By the types that lie in the compartment: a Medication lies in nobody's, and has no count.
        leftOut: (entries) =>
          [...state].reduce((sum, [type, { count }]) => {
            const read = entries[type as EntryType]
            return read === undefined ? sum : sum + count - read.length
          }, 0),
      }
    },
  }
}

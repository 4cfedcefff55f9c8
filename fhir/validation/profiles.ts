import type { ProfileNode, ProfileTable } from './definition-tables.ts'
import { type CodeBook, type InvariantBook, readCodes, readInvariants } from './types.ts'

export interface Profiles {
  /** The versions of a profile that an address means; none when it is not known. */
  find(canonical: string): readonly KnownProfile[]
  invariants: InvariantBook
  codes: CodeBook
}

export interface KnownProfile {
  url: string
  version: string
  /** The type that it is of. */
  type: string
  node: ProfileNode
}

const none: readonly KnownProfile[] = []

/** An address may end in a version. The last part of the version does not matter: US Core 8.0.1 only corrects words of 8.0.0. */
export function readProfiles(table: ProfileTable, baseCodes: CodeBook): Profiles {
  const own = readCodes(table.valueSets)
  const byUrl = new Map(
    Object.entries(table.profiles).map(([url, { type, versions }]) => [
      url,
      Object.entries(versions).map(([version, place]) => ({
        url,
        version,
        type,
        node: table.nodes[place] ?? {},
      })),
    ]),
  )
  return {
    find(canonical) {
      const [url = '', version] = canonical.split('|')
      const all = byUrl.get(url) ?? none
      if (version === undefined || all.length === 0) return all
      return all.filter((each) => lineOf(each.version) === lineOf(version))
    },
    invariants: readInvariants(table.invariants),
    codes: { find: (name) => own.find(name) ?? baseCodes.find(name) },
  }
}

function lineOf(version: string): string {
  return version.split('.').slice(0, 2).join('.')
}

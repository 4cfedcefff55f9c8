import assert from 'node:assert/strict'
import { test } from 'node:test'

/** One rule of a specification that concerns this server, in our own words. */
export interface Rule {
  section: string
  level: 'MUST' | 'MUST NOT' | 'SHOULD' | 'SHOULD NOT'
  says: string
  /** The test file beside the table, without `.test.ts`. */
  file: string
}

/** A rule that is for others, or that is kept in another way; with the reason. */
export interface Remark {
  section: string
  says: string
  why: string
}

/** Names tests by the rules of a table; `complete` fails when a rule of this file has none. */
export function rulesOf<Id extends string>(table: Readonly<Record<Id, Rule>>, file: string) {
  const proven = new Set<Id>()
  const titleOf = (id: Id) => `§${table[id].section} ${table[id].says}`
  return {
    /** `what` tells one case of the rule from the others. */
    prove(id: Id, proof: () => Promise<void>, what?: string): void {
      assert.equal(table[id].file, file, `${id} is said to be proven elsewhere`)
      proven.add(id)
      test(what === undefined ? titleOf(id) : `${titleOf(id)}: ${what}`, proof)
    },
    complete(): void {
      const own = (Object.keys(table) as Id[]).filter((id) => table[id].file === file)
      test(`every rule that is said to be proven in ${file} is`, () => {
        assert.deepEqual(
          own.filter((id) => !proven.has(id)),
          [],
        )
      })
    },
  }
}

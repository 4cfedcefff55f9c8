import { createHash } from 'node:crypto'

const numbers = new Map<string, number>()

/**
 * The number by which rows of the search index name a parameter of a type, e.g. `Observation` and `code:text`: 48 bits of a
 * hash, so that it is the same in every process, database and version without a table of its own. A test compares all
 * parameters there are.
 */
export function parameterNumber(type: string, param: string): number {
  const name = `${type} ${param}`
  let number = numbers.get(name)
  if (number === undefined) {
    number = createHash('sha256').update(name).digest().readUIntBE(0, 6)
    numbers.set(name, number)
  }
  return number
}

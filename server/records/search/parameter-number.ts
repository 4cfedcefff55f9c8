import { createHash } from 'node:crypto'

const numbersByType = new Map<string, Map<string, number>>()

/**
 * The number by which rows of the search index name a parameter of a type, e.g. `Observation` and `code:text`: 48 bits of a
 * hash, so that it is the same in every process, database and version without a table of its own. A test compares all
 * parameters there are.
 */
export function parameterNumber(type: string, param: string): number {
  let numbers = numbersByType.get(type)
  if (!numbers) {
    numbers = new Map()
    numbersByType.set(type, numbers)
  }
  let number = numbers.get(param)
  if (number === undefined) {
    number = createHash('sha256').update(`${type} ${param}`).digest().readUIntBE(0, 6)
    numbers.set(param, number)
  }
  return number
}

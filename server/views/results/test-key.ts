import { type Concept, clinicalNameOf } from '../concept.ts'

const loinc = 'http://loinc.org'

/**
 * What makes two results those of one test, fit for an address: the LOINC code, else another code with its system, else the name.
 * Undefined when the record says nothing of what was tested.
 */
export function testKeyOf(what: Concept): string | undefined {
  if (!keys.has(what)) keys.set(what, makeKey(what))
  return keys.get(what)
}

/** Pages ask for the same keys again and again; they go with their entries. */
const keys = new WeakMap<Concept, string | undefined>()

function makeKey(what: Concept): string | undefined {
  const coded = what.codings.filter(({ code }) => code !== undefined)
  const best = coded.find(({ system }) => system === loinc)
  if (best) return best.code
  const [other] = coded
  if (other) return `${other.system ?? ''}|${other.code}`.slice(0, 200)
  return clinicalNameOf(what)?.toLowerCase().slice(0, 200)
}

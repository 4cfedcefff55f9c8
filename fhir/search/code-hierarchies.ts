import table from './code-hierarchies.json' with { type: 'json' }

/** Codes right below a code, by system; `{}` for a system without a hierarchy. */
const systems = new Map(Object.entries(table as Record<string, Record<string, string[]>>))

/**
 * A code and all that are above or below it; undefined when the code system is not among those that the definitions of R4 hold
 * as a whole. Read when the first search asks for it: tools/compile-code-hierarchies.ts.
 */
export function findRelatedCodes(
  { system, code }: { system: string; code: string },
  direction: 'above' | 'below',
): string[] | undefined {
  const children = systems.get(system)
  if (!children) return undefined
  const nextTo =
    direction === 'below'
      ? (each: string) => (Object.hasOwn(children, each) ? (children[each] ?? []) : [])
      : (each: string) => Object.keys(children).filter((parent) => children[parent]?.includes(each))
  const found = new Set([code])
  for (const each of found) for (const next of nextTo(each)) found.add(next)
  return [...found]
}

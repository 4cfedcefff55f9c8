import type { CodeSystemConcept, ValueSet, ValueSetComposeInclude } from 'fhir/r4'
import type { Definitions } from './read-definitions.ts'

/** Codes by their code system. */
export type Codes = Record<string, string[]>

/** A larger table would be a terminology, which needs a terminology server. */
const mostCodes = 800

/** The codes of a value set as far as the definitions hold them; undefined when they do not, or when there are too many. */
export function createExpander(all: readonly Definitions[]): (url: string) => Codes | undefined {
  const valueSets = new Map(all.flatMap((each) => each.valueSets.map((set) => [set.url, set] as const)))
  const systems = new Map(all.flatMap((each) => each.codeSystems.map((one) => [one.url, one] as const)))

  function expand(url: string, depth = 0): Codes | undefined {
    const set = valueSets.get(url.replace(/\|.*$/, ''))
    if (!set?.compose || depth > 5) return undefined
    const codes: Codes = {}
    for (const include of set.compose.include) {
      const some = include.valueSet ? expandSets(include, depth) : expandSystem(include)
      if (!some) return undefined
      for (const [system, list] of Object.entries(some))
        codes[system] = [...new Set([...(codes[system] ?? []), ...list])]
    }
    return without(codes, set)
  }

  function expandSets({ valueSet = [], system }: ValueSetComposeInclude, depth: number): Codes | undefined {
    // Several sets, or a set within a system, mean what all of them hold, which no set at hand does.
    const [url] = valueSet
    return valueSet.length === 1 && url !== undefined && system === undefined
      ? expand(url, depth + 1)
      : undefined
  }

  function expandSystem({ system, concept, filter }: ValueSetComposeInclude): Codes | undefined {
    if (system === undefined) return undefined
    if (concept) return { [system]: concept.map(({ code }) => code) }
    const known = systems.get(system)
    if (known?.content !== 'complete' || !known.concept) return undefined
    if (!filter) return { [system]: flatten(known.concept) }
    const [only, another] = filter
    if (only?.op !== 'is-a' || another) return undefined
    const top = find(known.concept, only.value)
    return top && { [system]: flatten([top]) }
  }

  return (url) => {
    const codes = expand(url)
    const count = Object.values(codes ?? {}).reduce((sum, list) => sum + list.length, 0)
    return count > 0 && count <= mostCodes ? codes : undefined
  }
}

function without(codes: Codes, { compose }: ValueSet): Codes | undefined {
  for (const { system, concept, filter, valueSet } of compose?.exclude ?? []) {
    if (system === undefined || !concept || filter || valueSet) return undefined
    codes[system] = codes[system]?.filter((code) => !concept.some((each) => each.code === code)) ?? []
  }
  return codes
}

function flatten(concepts: CodeSystemConcept[]): string[] {
  return concepts.flatMap(({ code, concept = [] }) => [code, ...flatten(concept)])
}

function find(concepts: CodeSystemConcept[], code: string): CodeSystemConcept | undefined {
  for (const each of concepts) {
    const found = each.code === code ? each : find(each.concept ?? [], code)
    if (found) return found
  }
  return undefined
}

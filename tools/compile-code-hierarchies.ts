/**
 * Writes fhir/search/code-hierarchies.json: which codes are below which, for the code systems that the definitions of R4 hold as a
 * whole. Run it after an update: node tools/compile-code-hierarchies.ts
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CodeSystem, CodeSystemConcept } from 'fhir/r4'
import { readR4Definitions } from './read-definitions.ts'

/** Codes right below a code. */
type Children = Record<string, string[]>

const output = join(import.meta.dirname, '../fhir/search/code-hierarchies.json')

function childrenIn(concepts: readonly CodeSystemConcept[], children: Children = {}): Children {
  for (const { code, concept = [], property = [] } of concepts) {
    // A code with several parents is nested in one of them, and a property `child` of the others.
    const others = property.flatMap((each) => (each.code === 'child' ? (each.valueCode ?? []) : []))
    const below = [...new Set([...concept.map((each) => each.code), ...others])]
    if (below.length > 0) children[code] = [...new Set([...(children[code] ?? []), ...below])]
    childrenIn(concept, children)
  }
  return children
}

/** Whether what is nested means "is a". */
function isHierarchy({ hierarchyMeaning = 'is-a' }: CodeSystem): boolean {
  return hierarchyMeaning === 'is-a'
}

const systems = readR4Definitions().codeSystems.filter(
  ({ content, concept, url }) => content === 'complete' && concept && url !== undefined,
)
const table: Record<string, Children> = {}
for (const system of systems.filter(isHierarchy)) table[system.url ?? ''] = childrenIn(system.concept ?? [])
const sorted = Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(output, JSON.stringify(sorted))
execFileSync(join(import.meta.dirname, '../node_modules/.bin/biome'), ['format', '--write', output])
const nested = Object.values(table).filter((children) => Object.keys(children).length > 0).length
process.stdout.write(`${systems.length} code systems, ${nested} of them with a hierarchy\n`)

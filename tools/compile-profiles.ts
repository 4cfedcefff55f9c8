/**
 * Writes fhir/validation/r4-definitions.json and profiles.json from the published definitions of R4 and US Core. Run it
 * after an update of either: node tools/compile-profiles.ts [folder with hl7.fhir.us.core-<version>.tgz]
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ElementDefinition, StructureDefinition } from 'fhir/r4'
import { compileInvariant } from '#fhir/validation/compile-invariant.ts'
import type { CodesRow, InvariantRow, ProfileNode, ProfileTable } from '#fhir/validation/definition-tables.ts'
import { baseTypes, keep } from './base-types.ts'
import { createExpander } from './expand-value-set.ts'
import { profileNode } from './profile-nodes.ts'
import { type Definitions, readPackage, readR4Definitions, readR4Profiles } from './read-definitions.ts'

const root = join(import.meta.dirname, '..')
const usCoreFolder = process.argv[2] ?? join(root, '../shared/data/us-core')
const leftOut = new Set<string>()

function versionsIn(folder: string): Array<{ version: string; definitions: Definitions }> {
  const archive = /^hl7\.fhir\.us\.core-(.+)\.tgz$/
  const names = existsSync(folder) ? readdirSync(folder).sort() : []
  const found = names.flatMap((name) => {
    const version = archive.exec(name)?.[1]
    return version === undefined ? [] : [{ version, definitions: readPackage(join(folder, name)) }]
  })
  if (found.length === 0) throw new Error(`${folder} has no hl7.fhir.us.core-<version>.tgz: name the folder`)
  return found
}

/** How the table names the value set that an element is bound to, if its codes are at hand. */
function valueSetsOf(definitions: Definitions[], sets: Record<string, CodesRow>) {
  const expand = createExpander(definitions)
  const names = new Map<string, string | undefined>()
  return ({ binding }: ElementDefinition): string | undefined => {
    const url = binding?.strength === 'required' ? binding.valueSet?.replace(/\|.*$/, '') : undefined
    if (url === undefined) return undefined
    if (!names.has(url)) {
      const codes = expand(url)
      if (!codes) leftOut.add(`${url}: its codes are not at hand, or too many`)
      names.set(url, codes && keep(sets, url.replace(/^.*\//, ''), codes))
    }
    return names.get(url)
  }
}

/** Leaves out what the validator cannot ask. */
function isKnown(key: string, { expression }: InvariantRow): boolean {
  try {
    compileInvariant(expression)
    return true
  } catch (error) {
    leftOut.add(`${key}: ${(error as Error).message}`)
    return false
  }
}

function compileR4(r4: Definitions) {
  const valueSets: Record<string, CodesRow> = {}
  const { types, invariants } = baseTypes(r4.structures, valueSetsOf([r4], valueSets))
  const known = Object.entries(invariants).filter(([key, row]) => isKnown(key, row))
  const keys = new Set(known.map(([key]) => key))
  const withKnown = (list: string[]) => list.filter((key) => keys.has(key))
  for (const row of Object.values(types)) {
    if (row.invariants) row.invariants = withKnown(row.invariants)
    if (row.invariants?.length === 0) delete row.invariants
    for (const [name, spec] of Object.entries(row.elements ?? {}))
      if (row.elements)
        row.elements[name] = spec.replace(/ !(\S+)/, (_, list: string) => {
          const left = withKnown(list.split(','))
          return left.length > 0 ? ` !${left.join(',')}` : ''
        })
  }
  return { types, invariants: Object.fromEntries(known), valueSets }
}

function compileProfiles(r4: Definitions, r4Sets: Record<string, CodesRow>): ProfileTable {
  const table: ProfileTable = { profiles: {}, nodes: [], invariants: {}, valueSets: {} }
  const elements = new Map<string, ElementDefinition>()
  for (const { snapshot, name, type } of r4.structures)
    for (const each of snapshot?.element ?? []) elements.set(each.path.replace(type, name), each)
  const baseSets = valueSetsOf([r4], { ...r4Sets })
  const ofR4 = {
    version: '4.0.1',
    definitions: {
      structures: readR4Profiles().filter(({ kind }) => kind === 'resource'),
      valueSets: [],
      codeSystems: [],
    },
  }
  for (const { version, definitions } of [ofR4, ...versionsIn(usCoreFolder)]) {
    const typeByUrl = new Map([...r4.structures, ...definitions.structures].map((s) => [s.url, s.type]))
    const ownSets = valueSetsOf([r4, definitions], { ...r4Sets })
    const expand = createExpander([r4, definitions])
    const valueSetOf = (element: ElementDefinition): string | undefined => {
      const known = baseSets(element)
      if (known !== undefined && known in r4Sets) return known
      const name = known ?? ownSets(element)
      const codes = expand(element.binding?.valueSet ?? '')
      return name !== undefined && codes ? keep(table.valueSets, name.replace(/~\d+$/, ''), codes) : undefined
    }
    const keyOf = (constraint: NonNullable<ElementDefinition['constraint']>[number]) => {
      const { key, expression, human, severity } = constraint
      if (expression === undefined) return undefined
      const row: InvariantRow = { expression, human, ...(severity === 'warning' ? { isWarning: true } : {}) }
      return isKnown(key, row) ? keep(table.invariants, key, row) : undefined
    }
    for (const profile of definitions.structures.filter(isProfile)) {
      const node = profileNode(profile, {
        baseElement: (type, name) => elements.get(`${type}.${name}`),
        typeOfProfile: (url) => typeByUrl.get(url),
        valueSetOf,
        keyOf,
        leaveOut: (what) => leftOut.add(`${profile.id} ${version} ${what}`),
      })
      table.profiles[profile.url] ??= { type: profile.type, versions: {} }
      const { versions = {} } = table.profiles[profile.url] ?? {}
      versions[version] = placeOf(table.nodes, node)
    }
  }
  return table
}

function isProfile({ derivation, kind }: StructureDefinition): boolean {
  return derivation === 'constraint' && kind !== 'logical'
}

/** Most profiles are the same in both versions. */
function placeOf(nodes: ProfileNode[], node: ProfileNode): number {
  const place = nodes.findIndex((each) => isDeepStrictEqual(each, node))
  return place >= 0 ? place : nodes.push(node) - 1
}

function write(name: string, table: object): void {
  const output = join(root, 'fhir/validation', name)
  writeFileSync(output, JSON.stringify(table, null, 1))
  execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', output])
}

const r4 = readR4Definitions()
const base = compileR4(r4)
const profiles = compileProfiles(r4, base.valueSets)
write('r4-definitions.json', base)
write('profiles.json', profiles)
for (const each of [...leftOut].sort()) process.stdout.write(`left out: ${each}\n`)
process.stdout.write(
  `${Object.keys(base.types).length} types, ${Object.keys(profiles.profiles).length} profiles\n`,
)

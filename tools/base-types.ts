import { isDeepStrictEqual } from 'node:util'
import type { ElementDefinition, ElementDefinitionType, StructureDefinition } from 'fhir/r4'
import type { InvariantRow, TypeRow } from '#fhir/validation/definition-tables.ts'

/** Constraints that the validator checks itself at every element, so the table leaves them out. */
const builtIn = /^(ele-1|ext-1|dom-\d|dom-r4b|txt-\d|ref-1|sdf-8a?|ig-[12]|eld-(16|19|20))$/

export interface BaseTypes {
  types: Record<string, TypeRow>
  invariants: Record<string, InvariantRow>
}

/** Every structure of R4 as rows. A type that extends another has only the rows that it adds. */
export function baseTypes(
  structures: readonly StructureDefinition[],
  valueSetOf: (element: ElementDefinition) => string | undefined,
): BaseTypes {
  const byName = new Map(structures.map((each) => [each.name, each]))
  const types: Record<string, TypeRow> = {}
  const invariants: Record<string, InvariantRow> = {}

  /** The constraints of an element, without those that are its type's anyway. */
  function keysOf({ constraint = [], type = [] }: ElementDefinition, owner?: string): string[] {
    const ofType = [...type.map(({ code }) => code), owner ?? ''].flatMap((name) => rootConstraints(name))
    const isOfType = (one: Constraint) =>
      ofType.some(({ key, expression }) => key === one.key && expression === one.expression)
    const own = constraint.filter((each) => !builtIn.test(each.key) && !isOfType(each))
    return own.flatMap((each) => keepInvariant(invariants, each) ?? [])
  }

  function rootConstraints(name: string): readonly Constraint[] {
    return byName.get(name)?.snapshot?.element[0]?.constraint ?? []
  }

  function addOwner(
    path: string,
    element: ElementDefinition,
    extended: string | undefined,
    kind: TypeRow['kind'],
  ) {
    const own = keysOf({ ...element, type: [] }, extended)
    types[path] = {
      kind,
      ...(extended ? { extends: extended } : {}),
      ...(own.length > 0 ? { invariants: own } : {}),
    }
  }

  function addStructure(structure: StructureDefinition): void {
    const { name, snapshot, baseDefinition } = structure
    const parent = baseDefinition?.split('/').at(-1)
    const parentElements = byName.get(parent ?? '')?.snapshot?.element ?? []
    const inherited = new Set(parentElements.map(({ path }) => withoutType(path)))
    const [root, ...elements] = snapshot?.element ?? []
    const kind = kindOf(structure)
    if (root) addOwner(name, root, parent, kind)
    // The elements of a string are its JSON value, its id and its extensions: never rows.
    if (kind === 'primitive') return
    for (const element of elements)
      if (!inherited.has(withoutType(element.path)) && !isOfBackbone(element.path)) addRow(element, structure)
  }

  function addRow(element: ElementDefinition, { name, type }: StructureDefinition): void {
    const path = element.path.replace(type, name)
    const isOwner = isBackbone(element)
    if (isOwner) addOwner(path, element, element.type?.[0]?.code, 'complex')
    addElement(types, path, specOf(element, path, isOwner ? [] : keysOf(element), valueSetOf(element)))
  }

  for (const structure of structures) addStructure(structure)
  return { types, invariants }
}

type Constraint = NonNullable<ElementDefinition['constraint']>[number]

/** Under its key, or under one with a number: Parameters, Task and TestReport each have an inv-1 of their own. */
function keepInvariant(
  invariants: Record<string, InvariantRow>,
  { key, expression, human, severity }: Constraint,
): string | undefined {
  if (expression === undefined) return undefined
  return keep(invariants, key, { expression, human, ...(severity === 'warning' ? { isWarning: true } : {}) })
}

/** Keeps each different value once, under its name when that is free, else under the name with a number. */
export function keep<Thing>(all: Record<string, Thing>, name: string, thing: Thing): string {
  for (let number = 1; ; number++) {
    const key = number === 1 ? name : `${name}~${number}`
    if (all[key] === undefined) all[key] = thing
    if (isDeepStrictEqual(all[key], thing)) return key
  }
}

function kindOf({ kind }: StructureDefinition): TypeRow['kind'] {
  if (kind === 'resource') return 'resource'
  return kind === 'primitive-type' ? 'primitive' : 'complex'
}

function isBackbone({ type = [], path }: ElementDefinition): boolean {
  return path.includes('.') && ['BackboneElement', 'Element'].includes(type[0]?.code ?? '')
}

function withoutType(path: string): string {
  return path.slice(path.indexOf('.') + 1)
}

/** What every element that has elements of its own inherits. */
function isOfBackbone(path: string): boolean {
  return /\..+\.(id|extension|modifierExtension)$/.test(path)
}

/** How often, of what: the text that the table holds of an element. */
function specOf(element: ElementDefinition, path: string, keys: string[], set: string | undefined): string {
  const { min, max, type = [], contentReference } = element
  const what = contentReference
    ? contentReference.replace(/^.*#/, '')
    : isBackbone(element)
      ? path
      : type.map((each) => nameOfType(each, path)).join('|')
  const invariants = keys.length > 0 ? ` !${keys.join(',')}` : ''
  return `${min}..${max} ${what}${invariants}${set === undefined ? '' : ` #${set}`}`
}

function nameOfType(type: ElementDefinitionType, path: string): string {
  const { code, profile = [], targetProfile = [] } = type
  if (profile[0]?.endsWith('/SimpleQuantity')) return 'SimpleQuantity'
  // The standard's own extension says string here, which the text of the standard corrects.
  if (path === 'Resource.id') return 'id'
  const fhirType = type.extension?.find(({ url }) => url.endsWith('/structuredefinition-fhir-type'))
  const name = fhirType?.valueUrl ?? code
  const targets = targetProfile.map((url) => url.split('/').at(-1))
  return targets.length > 0 && code === 'Reference' ? `${name}(${targets.join(',')})` : name
}

function addElement(types: Record<string, TypeRow>, path: string, spec: string): void {
  const [, owner = '', name = ''] = /^(.*)\.([^.]+)$/.exec(path) ?? []
  const row = types[owner]
  if (!row) throw new Error(`${path} has no owner`)
  row.elements = { ...row.elements, [name]: spec }
}

import { compileInvariant, type Invariant } from './compile-invariant.ts'
import type { CodesRow, InvariantRow, R4Table, TypeRow } from './definition-tables.ts'

/** A type of R4, ready to be checked: a resource, a data type, or an element with elements of its own. */
export interface TypeDefinition {
  name: string
  kind: TypeRow['kind']
  /** By JSON name: deceasedBoolean and deceasedDateTime lead to the same element. */
  fields: ReadonlyMap<string, Field>
  /** By name, `deceased[x]` for a choice. */
  elements: ReadonlyMap<string, Element>
  required: readonly Element[]
  choices: readonly Element[]
  invariants: readonly NamedInvariant[]
}

export interface Element {
  /** Without [x]. */
  name: string
  isChoice: boolean
  min: number
  max: number
  fields: readonly Field[]
  invariants: readonly NamedInvariant[]
  codes: CodeSet | undefined
}

/** One JSON name of an element. */
export interface Field {
  key: string
  element: Element
  /** FHIRPath of it: `deceased.ofType(boolean)`. */
  path: string
  /** The name of its definition, which for a quantity may be narrower than its type. */
  definition: string
  type: string
  isPrimitive: boolean
  /** Types that a reference may lead to; undefined for any. */
  targets: readonly string[] | undefined
}

export interface NamedInvariant {
  key: string
  human: string
  isWarning: boolean
  holds: Invariant
}

export interface CodeSet {
  name: string
  has(code: string): boolean
  hasCoding(system: unknown, code: unknown): boolean
  /** Some of the codes, to be named in a message. */
  examples: string
}

export interface Types {
  find(name: string): TypeDefinition | undefined
  isResource(name: string): boolean
}

/** Reads each type out of the table when it is first asked for. */
export function readTypes(table: R4Table, invariants: InvariantBook, codes: CodeBook): Types {
  const known = new Map<string, TypeDefinition>()
  const isPrimitive = (name: string) => name === 'xhtml' || table.types[name]?.kind === 'primitive'

  function find(name: string): TypeDefinition | undefined {
    const found = known.get(name)
    if (found || !Object.hasOwn(table.types, name)) return found
    const row = table.types[name] as TypeRow
    const parent = row.extends === undefined ? undefined : find(row.extends)
    const elements = new Map(parent?.elements)
    for (const [key, spec] of Object.entries(row.elements ?? {})) elements.set(key, readElement(key, spec))
    const list = [...elements.values()]
    const definition: TypeDefinition = {
      name,
      kind: row.kind,
      elements,
      fields: new Map(list.flatMap(({ fields }) => fields.map((field) => [field.key, field]))),
      required: list.filter(({ min }) => min > 0),
      choices: list.filter(({ isChoice }) => isChoice),
      invariants: [...(parent?.invariants ?? []), ...invariants.list(row.invariants)],
    }
    known.set(name, definition)
    return definition
  }

  function readElement(name: string, spec: string): Element {
    const [, min = '0', max = '*', types = '', keys, set] =
      /^(\d+)\.\.(\d+|\*) (\S+)(?: !(\S+))?(?: #(\S+))?$/.exec(spec) ?? []
    const isChoice = name.endsWith('[x]')
    const fields: Field[] = []
    const element: Element = {
      name: isChoice ? name.slice(0, -3) : name,
      isChoice,
      min: Number(min),
      max: max === '*' ? Number.POSITIVE_INFINITY : Number(max),
      fields,
      invariants: invariants.list(keys?.split(',')),
      codes: set === undefined ? undefined : codes.find(set),
    }
    for (const text of types.split('|')) fields.push(readField(element, text))
    return element
  }

  function readField(element: Element, text: string): Field {
    const [, definition = '', targets] = /^([^(]+)(?:\((.*)\))?$/.exec(text) ?? []
    const type = definition === 'SimpleQuantity' || definition === 'MoneyQuantity' ? 'Quantity' : definition
    const { name, isChoice } = element
    const list = targets?.split(',')
    return {
      key: isChoice ? name + type.charAt(0).toUpperCase() + type.slice(1) : name,
      element,
      path: isChoice ? `${name}.ofType(${type})` : name,
      definition,
      type,
      isPrimitive: isPrimitive(definition),
      targets: list?.includes('Resource') ? undefined : list,
    }
  }

  return {
    find,
    isResource: (name) =>
      Object.hasOwn(table.types, name) && table.types[name]?.kind === 'resource' && !abstract.has(name),
  }
}

/** Abstract types: no resource has one of these as its type. */
const abstract = new Set(['Resource', 'DomainResource'])

export interface InvariantBook {
  list(keys: readonly string[] | undefined): readonly NamedInvariant[]
}

const noInvariants: readonly NamedInvariant[] = []

/** Compiles each invariant when a type first needs it. */
export function readInvariants(rows: Record<string, InvariantRow>): InvariantBook {
  const known = new Map<string, NamedInvariant>()
  const find = (key: string): NamedInvariant[] => {
    const row = rows[key]
    if (!row) return []
    const found = known.get(key) ?? {
      key: key.replace(/~\d+$/, ''),
      human: row.human,
      isWarning: row.isWarning === true,
      holds: compileInvariant(row.expression),
    }
    known.set(key, found)
    return [found]
  }
  return { list: (keys) => (keys ? keys.flatMap(find) : noInvariants) }
}

export interface CodeBook {
  find(name: string): CodeSet | undefined
}

export function readCodes(rows: Record<string, CodesRow>): CodeBook {
  const known = new Map<string, CodeSet>()
  return {
    find(name) {
      const row = rows[name]
      if (!row) return undefined
      const found = known.get(name) ?? toCodeSet(name.replace(/~\d+$/, ''), row)
      known.set(name, found)
      return found
    },
  }
}

function toCodeSet(name: string, row: CodesRow): CodeSet {
  const systems = new Map(Object.entries(row).map(([system, codes]) => [system, new Set(codes)]))
  const all = new Set(Object.values(row).flat())
  const some = [...all].slice(0, 8).join(', ')
  return {
    name,
    has: (code) => all.has(code),
    hasCoding: (system, code) => systems.get(system as string)?.has(code as string) === true,
    examples: all.size > 8 ? `${some} …` : some,
  }
}

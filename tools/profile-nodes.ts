import { isDeepStrictEqual } from 'node:util'
import type { ElementDefinition, StructureDefinition } from 'fhir/r4'
import type { ProfileNode, SliceNode, SliceTest } from '#fhir/validation/definition-tables.ts'

export interface ProfileWords {
  /** The element that R4 itself defines at `Type.name`; undefined when there is none. */
  baseElement(type: string, name: string): ElementDefinition | undefined
  /** The type that a profile is of, by its address. */
  typeOfProfile(url: string): string | undefined
  valueSetOf(element: ElementDefinition): string | undefined
  /** Keeps an invariant and gives the key that it is kept under. */
  keyOf(constraint: NonNullable<ElementDefinition['constraint']>[number]): string | undefined
  /** Gets what a profile asks that the table cannot say. */
  leaveOut(what: string): void
}

/** An element of a snapshot with those below it. */
interface Tree {
  element: ElementDefinition
  children: Map<string, Tree>
  slices: Map<string, Tree>
}

/** What a profile asks beyond R4, from its snapshot. */
export function profileNode(profile: StructureDefinition, words: ProfileWords): ProfileNode {
  const tree = treeOf(profile)
  return nodeOf(tree, undefined, profile.type, words) ?? {}
}

function treeOf({ snapshot, url }: StructureDefinition): Tree {
  const [root, ...others] = snapshot?.element ?? []
  if (!root) throw new Error(`${url} has no snapshot`)
  const top: Tree = { element: root, children: new Map(), slices: new Map() }
  for (const element of others) place(top, element)
  return top
}

/** An id such as `Observation.component:systolic.value[x]` says where the element belongs. */
function place(top: Tree, element: ElementDefinition): void {
  const steps = (element.id ?? '').split('.').slice(1)
  let at = top
  for (const [index, step] of steps.entries()) {
    const [name = '', slice] = step.split(':')
    const isLast = index === steps.length - 1
    const fresh = (): Tree => ({ element, children: new Map(), slices: new Map() })
    const child = at.children.get(name) ?? fresh()
    at.children.set(name, child)
    if (slice === undefined) {
      at = child
      continue
    }
    const own = child.slices.get(slice) ?? fresh()
    child.slices.set(slice, own)
    at = own
    if (isLast) own.element = element
  }
}

function nodeOf(
  { element, children, slices }: Tree,
  base: ElementDefinition | undefined,
  type: string,
  words: ProfileWords,
): ProfileNode | undefined {
  const node: ProfileNode = {
    ...boundsOf(element, base),
    ...typesOf(element, base, words),
    ...valuesOf(element),
  }
  const set = element.binding?.strength === 'required' ? words.valueSetOf(element) : undefined
  if (set !== undefined && (!base || set !== words.valueSetOf(base))) node.codes = set
  const keys = keysOf(element, base, words)
  if (keys.length > 0) node.invariants = keys
  const elements: Record<string, ProfileNode> = {}
  for (const [name, tree] of children) addChild(elements, { name, tree, type }, words)
  if (Object.keys(elements).length > 0) node.elements = elements
  const own = slicesOf(element, slices, type, words)
  if (own) node.slices = own
  if (own && element.slicing?.rules === 'closed') node.isClosed = true
  return Object.keys(node).length > 0 ? node : undefined
}

interface Child {
  name: string
  tree: Tree
  /** The type that has the child. */
  type: string
}

function addChild(
  elements: Record<string, ProfileNode>,
  { name, tree: child, type }: Child,
  words: ProfileWords,
): void {
  const base = words.baseElement(type, name)
  if (!base) {
    words.leaveOut(`${type}.${name}: R4 has no such element`)
    return
  }
  const isChoice = name.endsWith('[x]')
  const slices = isChoice ? new Map<string, Tree>() : child.slices
  const node = nodeOf({ ...child, slices }, base, typeBelow(base, child, `${type}.${name}`), words)
  if (node) elements[name] = node
  if (isChoice) addChoices(elements, child, base, words)
}

/** A slice of a choice is the element of that name: value[x]:valueQuantity is valueQuantity. */
function addChoices(
  elements: Record<string, ProfileNode>,
  { slices }: Tree,
  base: ElementDefinition,
  words: ProfileWords,
): void {
  for (const [key, slice] of slices) {
    const { types: _types, ...node } = nodeOf(slice, base, onlyType(slice.element), words) ?? {}
    if (Object.keys(node).length > 0) elements[key] = node
  }
}

/** Where the elements of an element are defined: in its type, unless it has elements of its own. */
function typeBelow({ type = [], contentReference }: ElementDefinition, child: Tree, path: string): string {
  if (contentReference) return contentReference.replace(/^.*#/, '')
  return type[0]?.code === 'BackboneElement' || type[0]?.code === 'Element' ? path : onlyType(child.element)
}

function onlyType({ type = [] }: ElementDefinition): string {
  return type[0]?.code ?? ''
}

function boundsOf(
  { min = 0, max = '*' }: ElementDefinition,
  base: ElementDefinition | undefined,
): ProfileNode {
  if (!base) return {}
  return {
    ...(min > (base.min ?? 0) ? { min } : {}),
    ...(max !== '*' && max !== base.max ? { max: Number(max) } : {}),
  }
}

function typesOf(
  element: ElementDefinition,
  base: ElementDefinition | undefined,
  words: ProfileWords,
): ProfileNode {
  const types = unique((element.type ?? []).map(({ code }) => code))
  const before = unique((base?.type ?? []).map(({ code }) => code))
  const targets = targetsOf(element, words)
  const targetsBefore = base ? targetsOf(base, words) : []
  return {
    ...(types.length > 0 && types.length < before.length ? { types } : {}),
    ...(targets.length > 0 && !isDeepStrictEqual(targets, targetsBefore) ? { targets } : {}),
  }
}

function targetsOf({ type = [] }: ElementDefinition, words: ProfileWords): string[] {
  const urls = type.flatMap((each) => (each.code === 'Reference' ? (each.targetProfile ?? []) : []))
  const types = urls.map((url) => words.typeOfProfile(url.replace(/\|.*$/, '')))
  // A profile that is not at hand could be of any type.
  if (types.some((each) => each === undefined || each === 'Resource')) return []
  return unique(types.flatMap((each) => each ?? [])).sort()
}

function unique(all: string[]): string[] {
  return [...new Set(all)]
}

/** fixedUri, patternCodeableConcept and the like. */
function valuesOf(element: ElementDefinition): ProfileNode {
  const node: ProfileNode = {}
  for (const [key, value] of Object.entries(element)) {
    if (/^fixed[A-Z]/.test(key)) node.fixed = value
    if (/^pattern[A-Z]/.test(key)) node.pattern = value
  }
  return node
}

function keysOf(
  element: ElementDefinition,
  base: ElementDefinition | undefined,
  words: ProfileWords,
): string[] {
  const before = base?.constraint?.map(({ key }) => key) ?? []
  const own = (element.constraint ?? []).filter(
    ({ key, source = '' }) => !before.includes(key) && !isOfR4(source),
  )
  return own.flatMap((each) => words.keyOf(each) ?? [])
}

/** Constraints of R4's types are checked wherever the type is; vitalsigns is a profile, though. */
function isOfR4(source: string): boolean {
  return /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/[A-Z]/.test(source)
}

function slicesOf(
  { slicing, path }: ElementDefinition,
  slices: Tree['slices'],
  type: string,
  words: ProfileWords,
): Record<string, SliceNode> | undefined {
  const found: Record<string, SliceNode> = {}
  for (const [name, slice] of slices) {
    const tests = (slicing?.discriminator ?? []).map((each) => testOf(slice, each.path, words))
    const when = tests.filter((test) => test !== undefined)
    if (when.length === 0 || when.length < tests.length) {
      words.leaveOut(`${path}:${name}: cannot be reported by ${JSON.stringify(slicing?.discriminator)}`)
      continue
    }
    const unsliced = { min: 0, max: '*' } as ElementDefinition
    const node = nodeOf(slice, { ...slice.element, ...unsliced, constraint: [] }, type, words) ?? {}
    if (slice.element.type?.[0]?.profile) delete node.elements
    found[name] = { when, ...withoutTests(node, when) }
  }
  const kept = Object.entries(found).filter(
    ([, node]) => slicing?.rules === 'closed' || Object.keys(node).length > 1,
  )
  return kept.length > 0 ? Object.fromEntries(kept) : undefined
}

/** What makes a value belong to the slice need not be asked of it again. */
function withoutTests(node: ProfileNode, when: SliceTest[]): ProfileNode {
  const [only] = when
  if (!only || when.length > 1 || only.path.length > 0) return node
  const { fixed: _fixed, pattern: _pattern, codes: _codes, ...others } = node
  return others
}

function testOf(slice: Tree, path: string, words: ProfileWords): SliceTest | undefined {
  const extension = slice.element.type?.[0]?.profile?.[0]
  if (path === 'url' && extension !== undefined)
    return { path: ['url'], fixed: extension.replace(/\|.*$/, '') }
  const steps = path === '$this' ? [] : path.split('.')
  const [at, rest] = descend(slice, steps)
  const { fixed, pattern } = valuesOf(at.element)
  if (fixed !== undefined) return { path: steps, fixed }
  if (pattern !== undefined) {
    const value = rest.reduce<unknown>((of, step) => first((of as Record<string, unknown>)?.[step]), pattern)
    return value === undefined ? undefined : { path: steps, pattern: value }
  }
  const codes = at.element.binding?.strength === 'required' ? words.valueSetOf(at.element) : undefined
  return codes !== undefined && rest.length === 0 ? { path: steps, codes } : undefined
}

/** As far down a path as the slice describes elements, and the steps that are left. */
function descend(tree: Tree, steps: string[]): [Tree, string[]] {
  const [step = '', ...rest] = steps
  const child = tree.children.get(step)
  return child ? descend(child, rest) : [tree, steps]
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value
}

import { type PathNode, parsePath } from './path-syntax.ts'
import { choices } from './search-table.ts'

/** Calls `found` with every value that a path selects, in order, and never with undefined or null. */
export type Visit<Context> = (value: unknown, context: Context) => void

type Fields = Record<string, unknown>

/**
 * Turns FHIRPath into a function over plain JSON. Each step calls the next one itself, so that no lists are built
 * between them; `context` is handed through to `found`.
 */
export function compilePath<Context>(expression: string, found: Visit<Context>): Visit<Context> {
  return compile(parsePath(expression), found)
}

/** All that a path selects; for tests and for what is asked once. */
export function selectPath(expression: string, focus: unknown): unknown[] {
  const values: unknown[] = []
  compilePath<unknown[]>(expression, (value, all) => all.push(value))(focus, values)
  return values
}

function compile<Context>(node: PathNode, next: Visit<Context>): Visit<Context> {
  switch (node.kind) {
    case 'focus':
      return next
    case 'member':
      return compile(
        node.of,
        choices.has(node.name) ? choiceStep(node.name, next) : memberStep(node.name, next),
      )
    case 'typed':
      return compileTyped(node.of, node.type, next)
    case 'union': {
      const parts = node.parts.map((part) => compile(part, next))
      return (value, context) => {
        for (const part of parts) part(value, context)
      }
    }
    case 'where': {
      const holds = compileTest(node.condition)
      return compile(node.of, (value, context) => {
        if (holds(value)) next(value, context)
      })
    }
    case 'item': {
      const all = compileList(node.of)
      return (value, context) => {
        const item = all(value)[node.index]
        if (item !== undefined) next(item, context)
      }
    }
    case 'resolve':
      throw new Error('FHIRPath resolve() is only known before "is"')
    case 'literal':
      return (_value, context) => next(node.value, context)
    default: {
      const holds = compileTest(node)
      return (value, context) => next(holds(value), context)
    }
  }
}

function memberStep<Context>(name: string, next: Visit<Context>): Visit<Context> {
  return (value, context) => {
    if (typeof value !== 'object') return
    const child = (value as Fields)[name]
    if (child === undefined || child === null) return
    if (!Array.isArray(child)) return next(child, context)
    // Lists of primitives have null where only an extension is.
    for (const each of child) if (each !== null && each !== undefined) next(each, context)
  }
}

/** effective[x]: `effective` itself is never there, but an element of that name may be elsewhere. */
function choiceStep<Context>(name: string, next: Visit<Context>): Visit<Context> {
  const steps = [name, ...(choices.get(name) ?? [])].map((key) => memberStep(key, next))
  return (value, context) => {
    for (const step of steps) step(value, context)
  }
}

/** `value as Quantity` is the JSON name valueQuantity. */
function compileTyped<Context>(of: PathNode, type: string, next: Visit<Context>): Visit<Context> {
  if (of.kind !== 'member') throw new Error(`FHIRPath type ${type} can only be asked of an element`)
  const key = of.name + type.charAt(0).toUpperCase() + type.slice(1)
  return compile(of.of, memberStep(key, next))
}

function compileList(node: PathNode): (value: unknown) => unknown[] {
  const collect = compile<unknown[]>(node, (value, all) => all.push(value))
  return (value) => {
    const all: unknown[] = []
    collect(value, all)
    return all
  }
}

function compileTest(node: PathNode): (value: unknown) => boolean {
  switch (node.kind) {
    case 'and': {
      const left = compileTest(node.left)
      const right = compileTest(node.right)
      return (value) => left(value) && right(value)
    }
    case 'compare': {
      const left = compileList(node.left)
      const right = compileList(node.right)
      const { isEqual } = node
      return (value) => {
        const [a] = left(value)
        const [b] = right(value)
        return a !== undefined && b !== undefined && (a === b) === isEqual
      }
    }
    case 'is': {
      if (node.of.kind !== 'resolve') throw new Error('FHIRPath "is" is only known after resolve()')
      const all = compileList(node.of.of)
      return (value) => all(value).some((each) => typeOfReference(each) === node.type)
    }
    case 'exists': {
      const all = compileList(node.of)
      return (value) => all(value).length > 0
    }
    default: {
      const all = compileList(node)
      return (value) => all(value)[0] === true
    }
  }
}

const typePattern = /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/** The type that a reference names, read from itself: what it points to is not at hand. */
export function typeOfReference(value: unknown): string | undefined {
  const fields = value as { reference?: unknown; type?: unknown }
  const text = typeof value === 'string' ? value : fields.reference
  const named = typeof text === 'string' ? typePattern.exec(text)?.[1] : undefined
  if (named !== undefined) return named
  return typeof value === 'object' && typeof fields.type === 'string' ? fields.type : undefined
}

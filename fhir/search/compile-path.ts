import { type Expression, focus, parseExpression } from '../fhirpath/syntax.ts'
import { jsonNameOf, typeOfReference } from '../fhirpath/values.ts'
import { choices } from './search-table.ts'

/** Calls `found` with every value that a path selects, in order, and never with undefined or null. */
export type Visit<Context> = (value: unknown, context: Context) => void

type Fields = Record<string, unknown>
type Call = Expression & { kind: 'call' }

/**
 * The part of FHIRPath that search parameters use: paths with unions, choices of type (`as`, `.as()`, `.ofType()`), `.where()`, `.exists()`,
 * `.first()`, `extension()`, an index, `resolve() is`, `=`, `!=`, `and`. Throws for anything else.
 *
 * Turns FHIRPath into a function over plain JSON. Each step calls the next one itself, so that no lists are built
 * between them; `context` is handed through to `found`.
 */
export function compilePath<Context>(expression: string, found: Visit<Context>): Visit<Context> {
  return compile(parseExpression(expression), found)
}

/** All values that a path selects. For tests and for paths that are used once. */
export function selectPath(expression: string, focus: unknown): unknown[] {
  const values: unknown[] = []
  compilePath<unknown[]>(expression, (value, all) => all.push(value))(focus, values)
  return values
}

function compile<Context>(node: Expression, next: Visit<Context>): Visit<Context> {
  switch (node.kind) {
    case 'focus':
      return next
    case 'member':
      return compile(
        node.of,
        choices.has(node.name) ? choiceStep(node.name, next) : memberStep(node.name, next),
      )
    case 'typed':
      return node.isTest ? visitTest(node, next) : compileTyped(node.of, node.type, next)
    case 'item':
      return compileItem(node.of, node.index, next)
    case 'literal':
      return (_value, context) => next(node.value, context)
    case 'call':
      return compileCall(node, next)
    case 'binary': {
      if (node.operator !== '|') return visitTest(node, next)
      const parts = partsOf(node).map((part) => compile(part, next))
      return (value, context) => {
        for (const part of parts) part(value, context)
      }
    }
    case 'variable':
      throw new Error(`FHIRPath variable %${node.name} is not known to search`)
    default:
      throw node satisfies never
  }
}

/** `a | b | c` is one union of three. */
function partsOf(node: Expression): Expression[] {
  const isUnion = node.kind === 'binary' && node.operator === '|'
  return isUnion ? [...partsOf(node.left), ...partsOf(node.right)] : [node]
}

function compileCall<Context>(node: Call, next: Visit<Context>): Visit<Context> {
  const { of, name, args } = node
  const [argument] = args
  if (name === 'where' && argument && args.length === 1) {
    const holds = compileTest(argument)
    return compile(of, (value, context) => {
      if (holds(value)) next(value, context)
    })
  }
  if (name === 'first' && args.length === 0) return compileItem(of, 0, next)
  if (name === 'exists') return visitTest(node, next)
  if (name === 'extension') return compile(expandExtension(node), next)
  throw new Error(`FHIRPath function ${name}() is not known to search here`)
}

/** `extension('URL')` is short for `extension.where(url = 'URL')`: https://hl7.org/fhir/R4/fhirpath.html#functions */
export function expandExtension({ of, args }: Call): Expression {
  const [url] = args
  if (url?.kind !== 'literal' || typeof url.value !== 'string' || args.length !== 1)
    throw new Error('FHIRPath extension() is only known with the address of one')
  const left: Expression = { kind: 'member', of: focus, name: 'url' }
  const criterion: Expression = { kind: 'binary', operator: '=', left, right: url }
  const extensions: Expression = { kind: 'member', of, name: 'extension' }
  return { kind: 'call', of: extensions, name: 'where', args: [criterion] }
}

function compileItem<Context>(of: Expression, index: number, next: Visit<Context>): Visit<Context> {
  const all = compileList(of)
  return (value, context) => {
    const item = all(value)[index]
    if (item !== undefined) next(item, context)
  }
}

function visitTest<Context>(node: Expression, next: Visit<Context>): Visit<Context> {
  const holds = compileTest(node)
  return (value, context) => next(holds(value), context)
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

/** `value as Quantity` */
function compileTyped<Context>(of: Expression, type: string, next: Visit<Context>): Visit<Context> {
  if (of.kind !== 'member') throw new Error(`FHIRPath type ${type} can only be asked of an element`)
  return compile(of.of, memberStep(jsonNameOf(of.name, type), next))
}

function compileList(node: Expression): (value: unknown) => unknown[] {
  const collect = compile<unknown[]>(node, (value, all) => all.push(value))
  return (value) => {
    const all: unknown[] = []
    collect(value, all)
    return all
  }
}

type Test = (value: unknown) => boolean

function compileTest(node: Expression): Test {
  if (node.kind === 'binary' && node.operator !== '|') return compileOperator(node)
  if (node.kind === 'typed' && node.isTest) {
    const { of, type } = node
    if (of.kind !== 'call' || of.name !== 'resolve' || of.args.length > 0)
      throw new Error('FHIRPath "is" is only known to search after resolve()')
    const all = compileList(of.of)
    return (value) => all(value).some((each) => typeOfReference(each) === type)
  }
  if (node.kind === 'call' && node.name === 'exists' && node.args.length === 0) {
    const all = compileList(node.of)
    return (value) => all(value).length > 0
  }
  if (node.kind === 'call' && node.name === 'exists')
    throw new Error('FHIRPath exists() with a criterion is not known to search')
  const all = compileList(node)
  return (value) => all(value)[0] === true
}

function compileOperator({ operator, left, right }: Expression & { kind: 'binary' }): Test {
  if (operator === 'and') {
    const [first, second] = [compileTest(left), compileTest(right)]
    return (value) => first(value) && second(value)
  }
  if (operator !== '=' && operator !== '!=')
    throw new Error(`FHIRPath operator ${operator} is not known to search`)
  const [one, other] = [compileList(left), compileList(right)]
  const isEqual = operator === '='
  return (value) => {
    const [a] = one(value)
    const [b] = other(value)
    return a !== undefined && b !== undefined && (a === b) === isEqual
  }
}

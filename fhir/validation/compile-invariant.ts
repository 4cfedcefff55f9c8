import { parseDate, type TimeRange } from '../dates.ts'
import { type Expression, parseExpression } from '../fhirpath/syntax.ts'
import { asBoolean, isSame, isTypeOf, jsonNameOf, membersOf } from '../fhirpath/values.ts'
import { type Call, functions } from './invariant-functions.ts'
import type { Evaluate, InvariantPlace } from './invariant-place.ts'

export type { InvariantPlace } from './invariant-place.ts'

const spent = Symbol('no work is left')

/** False when the invariant is broken. A value about which the invariant says nothing keeps it. */
export type Invariant = (place: InvariantPlace) => boolean

/** Throws when the expression uses something that is not known here. */
export function compileInvariant(expression: string): Invariant {
  const parsed = parseExpression(expression)
  const evaluate = compile(parsed)
  const ofNothing = !isAboutPresence(parsed)
  return (place) => {
    if (place.work.left <= 0) return true
    try {
      return asBoolean(evaluate([place.value], place)) ?? ofNothing
    } catch (error) {
      if (error === spent) return true
      throw error
    }
  }
}

/** `telecom or endpoint` means that one of them is there, though strictly it says nothing when neither is. */
function isAboutPresence(node: Expression): boolean {
  if (node.kind !== 'binary') return false
  const isPath = (side: Expression) => side.kind === 'member' || isAboutPresence(side)
  return (node.operator === 'or' || node.operator === 'and') && isPath(node.left) && isPath(node.right)
}

/** Counts the values that are looked at. Ends the evaluation when they are too many. */
function spend({ work }: InvariantPlace, count: number): void {
  work.left -= count
  if (work.left <= 0) throw spent
}

const none: readonly unknown[] = []
const yes: readonly unknown[] = [true]
const no: readonly unknown[] = [false]

function compile(node: Expression): Evaluate {
  switch (node.kind) {
    case 'focus':
      return (focus) => focus
    case 'literal': {
      const values = node.value === undefined ? none : [node.value]
      return () => values
    }
    case 'variable':
      return compileVariable(node.name)
    case 'member': {
      const of = compile(node.of)
      return (focus, place) => {
        const found = membersOf(of(focus, place), node.name)
        spend(place, found.length)
        return found
      }
    }
    case 'item': {
      const of = compile(node.of)
      return (focus, place) => of(focus, place).slice(node.index, node.index + 1)
    }
    case 'typed':
      return compileTyped(node)
    case 'call':
      return compileCall(node)
    case 'binary':
      return compileBinary(node)
    default:
      throw node satisfies never
  }
}

function compileVariable(name: string): Evaluate {
  if (name === 'ucum') return () => ['http://unitsofmeasure.org']
  if (name === 'resource' || name === 'context') return (_focus, place) => [place.resource]
  if (name === 'rootResource') return (_focus, place) => [place.rootResource]
  throw new Error(`FHIRPath variable %${name} is not known`)
}

/** For a choice, `value is Quantity` asks for the JSON name valueQuantity. */
function compileTyped({ of, type, isTest }: Expression & { kind: 'typed' }): Evaluate {
  if (of.kind === 'member') {
    const owner = compile(of.of)
    const key = jsonNameOf(of.name, type)
    const select: Evaluate = (focus, place) => {
      const owners = owner(focus, place)
      const chosen = membersOf(owners, key)
      if (chosen.length > 0) return chosen
      return membersOf(owners, of.name).filter((value) => isTypeOf(value, type, undefined))
    }
    if (!isTest) return select
    return (focus, place) => {
      if (membersOf(owner(focus, place), of.name).length === 0) return none
      return select(focus, place).length > 0 ? yes : no
    }
  }
  const evaluate = compile(of)
  return (focus, place) => {
    const values = evaluate(focus, place)
    const isOne = (value: unknown) => isTypeOf(value, type, value === place.value ? place.type : undefined)
    if (!isTest) return values.filter(isOne)
    return values.length === 0 ? none : [values.every(isOne)]
  }
}

function compileCall({ of, name, args }: Expression & { kind: 'call' }): Evaluate {
  const evaluate = compile(of)
  const call: Call | undefined = functions.get(name)
  if (!call) throw new Error(`FHIRPath function ${name}() is not known`)
  const compiled = args.map(compile)
  return (focus, place) => {
    const input = evaluate(focus, place)
    const around = { focus, place, spend: (count: number) => spend(place, count) }
    return call(input, compiled, around)
  }
}

function compileBinary({ operator, left, right }: Expression & { kind: 'binary' }): Evaluate {
  const a = compile(left)
  const b = compile(right)
  const logic = logical.get(operator)
  if (logic)
    return (focus, place) => {
      const result = logic(
        () => asBoolean(a(focus, place)),
        () => asBoolean(b(focus, place)),
      )
      return result === undefined ? none : result ? yes : no
    }
  const operation = operations.get(operator)
  if (!operation) throw new Error(`FHIRPath operator ${operator} is not known`)
  return (focus, place) => {
    const [one, other] = [a(focus, place), b(focus, place)]
    // The most comparisons that `in` and `|` can make.
    spend(place, (one.length + other.length) * other.length)
    return operation(one, other)
  }
}

type Truth = boolean | undefined

/** Three-valued, as https://hl7.org/fhirpath/N1/#boolean-logic says; the right side is asked only when it matters. */
const logical = new Map<string, (a: () => Truth, b: () => Truth) => Truth>([
  ['and', (a, b) => and(a(), b)],
  ['or', (a, b) => not(and(not(a()), () => not(b())))],
  ['implies', (a, b) => not(and(a(), () => not(b())))],
  [
    'xor',
    (a, b) => {
      const [left, right] = [a(), b()]
      return left === undefined || right === undefined ? undefined : left !== right
    },
  ],
])

function and(left: Truth, right: () => Truth): Truth {
  if (left === false) return false
  const other = right()
  if (other === false) return false
  return left === undefined || other === undefined ? undefined : true
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth
}

type Operation = (a: readonly unknown[], b: readonly unknown[]) => readonly unknown[]

const operations = new Map<string, Operation>([
  ['=', (a, b) => (a.length === 0 || b.length === 0 ? none : [isSame(a, b)])],
  ['!=', (a, b) => (a.length === 0 || b.length === 0 ? none : [!isSame(a, b)])],
  ['in', (a, b) => (a.length === 0 ? none : [a.every((each) => b.some((other) => isSame(each, other)))])],
  ['contains', (a, b) => (b.length === 0 ? none : [a.some((each) => isSame(each, b[0]))])],
  ['|', (a, b) => [...a, ...b].filter((each, at, all) => all.findIndex((one) => isSame(one, each)) === at)],
  ['&', (a, b) => [`${a[0] ?? ''}${b[0] ?? ''}`]],
  ['<', (a, b) => compare(a, b, (order) => order < 0)],
  ['<=', (a, b) => compare(a, b, (order) => order <= 0)],
  ['>', (a, b) => compare(a, b, (order) => order > 0)],
  ['>=', (a, b) => compare(a, b, (order) => order >= 0)],
  ['+', (a, b) => calculate(a, b, (x, y) => x + y)],
  ['-', (a, b) => calculate(a, b, (x, y) => x - y)],
  ['*', (a, b) => calculate(a, b, (x, y) => x * y)],
  ['mod', (a, b) => calculate(a, b, (x, y) => x % y)],
])

function calculate(
  [a]: readonly unknown[],
  [b]: readonly unknown[],
  operation: (x: number, y: number) => number,
): readonly unknown[] {
  return typeof a === 'number' && typeof b === 'number' ? [operation(a, b)] : none
}

function compare(
  [a]: readonly unknown[],
  [b]: readonly unknown[],
  holds: (order: number) => boolean,
): readonly unknown[] {
  const order = orderOf(a, b)
  return order === undefined ? none : [holds(order)]
}

/** Undefined when it is not certain: dates of different precision that overlap, quantities of different units. */
function orderOf(a: unknown, b: unknown): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') {
    const [first, second] = [parseDate(a), parseDate(b)]
    // A day without a zone may begin fourteen hours before the day of UTC, or end fourteen hours after it.
    const slack = a.includes('T') === b.includes('T') ? 0 : 14 * 3_600_000
    return first && second ? orderOfTimes(first, second, slack) : undefined
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return undefined
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const hasSameUnit = left.code === right.code && left.system === right.system && left.unit === right.unit
  return hasSameUnit ? orderOf(left.value, right.value) : undefined
}

function orderOfTimes(a: TimeRange, b: TimeRange, slack: number): number | undefined {
  if (a.start === b.start && a.end === b.end) return 0
  if (a.end + slack <= b.start) return -1
  return b.end + slack <= a.start ? 1 : undefined
}

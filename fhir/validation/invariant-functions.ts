import { asBoolean, isSame, typeOfReference } from '../fhirpath/values.ts'
import type { Evaluate, InvariantPlace } from './invariant-place.ts'

/** A function of FHIRPath, with its input, its arguments and its place. */
export type Call = (
  input: readonly unknown[],
  args: readonly Evaluate[],
  around: {
    focus: readonly unknown[]
    place: InvariantPlace
    /** Counts comparisons; throws when there were too many. */
    spend(count: number): void
  },
) => readonly unknown[]

const none: readonly unknown[] = []

/** The items for which the criterion is true. */
function filter(
  input: readonly unknown[],
  criterion: Evaluate | undefined,
  place: InvariantPlace,
): unknown[] {
  if (!criterion) return [...input]
  return input.filter((each) => asBoolean(criterion([each], place)) === true)
}

/** A function of one text. An empty input gives an empty result. */
function ofText(ask: (text: string, argument: string) => unknown): Call {
  return ([only], [argument], { focus, place }) => {
    const given = argument?.(focus, place)[0]
    if (typeof only !== 'string' || (argument && given === undefined)) return none
    return [ask(only, String(given ?? ''))]
  }
}

function isDistinct(values: readonly unknown[], spend: (count: number) => void): boolean {
  const primitives = values.filter((each) => typeof each !== 'object')
  if (primitives.length === values.length) return new Set(primitives).size === primitives.length
  spend(values.length * values.length)
  return values.every((each, at) => values.findIndex((other) => isSame(each, other)) === at)
}

/** What lies directly below. */
function childrenOf(values: readonly unknown[]): unknown[] {
  return values.flatMap((value) =>
    typeof value === 'object' && value !== null
      ? Object.values(value).flatMap((each) => (Array.isArray(each) ? each : [each]))
      : [],
  )
}

function descendantsOf(values: readonly unknown[]): unknown[] {
  const all: unknown[] = []
  for (let level = childrenOf(values); level.length > 0; level = childrenOf(level)) {
    for (const each of level) all.push(each)
  }
  return all
}

function toInteger(value: unknown): readonly unknown[] {
  if (typeof value === 'number' && Number.isInteger(value)) return [value]
  return typeof value === 'string' && /^[+-]?\d{1,10}$/.test(value) ? [Number(value)] : none
}

const patterns = new Map<string, RegExp>()

/** The patterns come from the definitions, never from a request. */
function matches(text: string, pattern: string): boolean {
  const known = patterns.get(pattern) ?? new RegExp(pattern)
  patterns.set(pattern, known)
  return known.test(text)
}

/** https://hl7.org/fhirpath/N1/#functions */
export const functions: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['exists', (input, [criterion], { place }) => [filter(input, criterion, place).length > 0]],
  ['empty', (input) => [input.length === 0]],
  [
    'not',
    (input) => {
      const truth = asBoolean(input)
      return truth === undefined ? none : [!truth]
    },
  ],
  ['where', (input, [criterion], { place }) => filter(input, criterion, place)],
  ['all', (input, [criterion], { place }) => [filter(input, criterion, place).length === input.length]],
  ['allFalse', (input) => [input.every((each) => each === false)]],
  ['select', (input, [each], { place }) => input.flatMap((value) => each?.([value], place) ?? none)],
  ['count', (input) => [input.length]],
  ['first', (input) => input.slice(0, 1)],
  ['tail', (input) => input.slice(1)],
  ['hasValue', (input) => [input.length === 1 && typeof input[0] !== 'object']],
  // The target of a reference is not available here. Its type can often be read from the reference itself.
  ['resolve', (input) => input.filter((each) => typeOfReference(each) !== undefined)],
  ['trace', (input) => input],
  ['children', (input) => childrenOf(input)],
  ['descendants', (input) => descendantsOf(input)],
  ['isDistinct', (input, _args, { spend }) => [isDistinct(input, spend)]],
  ['combine', (input, [other], { focus, place }) => [...input, ...(other?.(focus, place) ?? none)]],
  [
    'intersect',
    (input, [other], { focus, place, spend }) => {
      const others = other?.(focus, place) ?? none
      spend(input.length * others.length)
      return input.filter((each) => others.some((one) => isSame(one, each)))
    },
  ],
  [
    'iif',
    (input, [criterion, then, otherwise], { place }) =>
      (asBoolean(criterion?.(input, place) ?? none) === true ? then : otherwise)?.(input, place) ?? none,
  ],
  ['toInteger', ([only]) => toInteger(only)],
  ['toString', ([only]) => (only === undefined || typeof only === 'object' ? none : [String(only)])],
  ['matches', ofText(matches)],
  ['startsWith', ofText((text, start) => text.startsWith(start))],
  ['endsWith', ofText((text, end) => text.endsWith(end))],
  ['contains', ofText((text, part) => text.includes(part))],
  ['length', ofText((text) => text.length)],
  [
    'substring',
    ([only], [start, length], { focus, place }) => {
      const from = Number(start?.(focus, place)[0])
      const count = length ? Number(length(focus, place)[0]) : Number.POSITIVE_INFINITY
      if (typeof only !== 'string' || !(from < only.length)) return none
      return [only.slice(from, from + count)]
    },
  ],
])

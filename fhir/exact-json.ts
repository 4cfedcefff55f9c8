/**
 * JSON that keeps numbers as they are written: 1.10 says more than 1.1, and a double keeps neither 1e3 nor twenty digits
 * (https://hl7.org/fhir/R4/datatypes.html#decimal).
 *
 * Values are plain JavaScript. Where a text has a number that would come out otherwise, the object or array that holds it, and
 * every one around that, carries how its numbers were written under a symbol: spreading copies it, loops over names do not see
 * it, and an object without it needs no second look.
 */
const written = Symbol('numbers as written')

interface Holder {
  /** By name or index; empty where only something inside has such a number. */
  [written]?: Map<string, string>
}

/**
 * Numbers that a double may write in another way: with zeros at the end, an exponent or many digits, very small ones, minus zero.
 */
const suspicious =
  /[:,[]\s*(-?(?:0(?=\s*[,}\]])|\d+(?:\.\d*0(?!\d)|(?:\.\d+)?[eE])|0\.0{6}|\d[\d.]{15})[\d.eE+-]*)(?=\s*[,}\]])/g

/** Whether a double would not give a number back as it was written. */
export function isExactNumber(number: string): boolean {
  return String(Number(number)) !== number || Object.is(Number(number), -0)
}

/** Whether a JSON text has a number that JSON.stringify would write in another way. Texts that look like one may be taken for it. */
export function hasExactNumbers(text: string): boolean {
  suspicious.lastIndex = 0
  for (let match = suspicious.exec(text); match; match = suspicious.exec(text))
    if (isExactNumber(match[1] ?? '')) return true
  return false
}

/**
 * Like JSON.parse, and throws like it. `stringifyExact` writes the result with the same numbers. A caller who has scanned the
 * text says whether it has such numbers.
 */
export function parseExact(text: string, hasExact = hasExactNumbers(text)): unknown {
  if (!hasExact) return JSON.parse(text)
  try {
    return parseNoting(text)
  } catch (error) {
    // The stack has no room for so many levels. The code that walks through the value reports it.
    if (error instanceof RangeError) return JSON.parse(text)
    throw error
  }
}

/** Takes several times as long as JSON.parse. */
function parseNoting(text: string): unknown {
  return parseWithSource(text, function (this: Holder, key, value, { source }) {
    if (typeof value === 'number' && source !== undefined && JSON.stringify(value) !== source)
      noteOn(this).set(key, source)
    else if (isHolder(value) && value[written]) noteOn(this)
    return value
  })
}

function noteOn(holder: Holder): Map<string, string> {
  holder[written] ??= new Map()
  return holder[written]
}

/** Puts a value of `parseExact` into another one. */
export function putExact(holder: object, key: string | number, value: unknown): void {
  ;(holder as Record<string | number, unknown>)[key] = value
  if (isHolder(value) && value[written]) noteOn(holder as Holder)
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null
}

/** Whether an object or array of `parseExact` has a number under this name that JSON.stringify would write in another way. */
export function hasExactNumber(holder: object, key: string | number): boolean {
  return (holder as Holder)[written]?.has(String(key)) === true
}

/** JSON.stringify, with each number that was not changed since as it was written. */
export function stringifyExact(value: unknown, space?: number): string {
  if (!isHolder(value) || !value[written]) return JSON.stringify(value, null, space)
  return JSON.stringify(
    value,
    function (this: Holder, key, member: unknown) {
      const source = typeof member === 'number' ? this[written]?.get(key) : undefined
      return source !== undefined && Number(source) === member ? rawJson(source) : member
    },
    space,
  )
}

/** Like structuredClone, and keeps how numbers were written. */
export function copyExact<Value>(value: Value): Value {
  return isHolder(value) && value[written]
    ? (parseExact(stringifyExact(value)) as Value)
    : structuredClone(value)
}

/** https://tc39.es/proposal-json-parse-with-source, which TypeScript does not describe yet. */
type Reviver = (this: Holder, key: string, value: unknown, context: { source?: string }) => unknown

const { parse: parseWithSource } = JSON as { parse(text: string, reviver: Reviver): unknown }

/** The text of a number, which JSON.stringify writes as it is. */
export const { rawJSON: rawJson } = JSON as unknown as { rawJSON(source: string): unknown }

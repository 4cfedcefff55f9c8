import type { Visit } from './compile-path.ts'
import type { IndexRows } from './index-rows.ts'
import { normalizeText } from './normalize-text.ts'

/** The elements that can hold a token: https://hl7.org/fhir/R4/search.html#token */
interface TokenElement {
  system?: unknown
  /** Coding. */
  code?: unknown
  display?: unknown
  /** Identifier and ContactPoint, whose system is `phone`, `email`. */
  value?: unknown
  type?: { text?: unknown; coding?: unknown }
  /** CodeableConcept. */
  coding?: unknown
  text?: unknown
}

export interface Token {
  system: string
  code: string
}

/**
 * Rows of codes, and rows `<code>:text` of the words for people. An identifier with a type has one more row for `:of-type`. Its
 * system is the system of the type with its code.
 */
export function tokenRows(code: string): Visit<IndexRows> {
  const textCode = `${code}:text`
  return (value, rows) => {
    if (!isObject(value)) return addToken(code, value, rows)
    const element = value as TokenElement
    const coding = Array.isArray(element.coding) ? element.coding : [element]
    for (const each of coding) {
      addToken(code, each, rows)
      addWords(textCode, (each as TokenElement | null)?.display, rows)
    }
    addTypedValue(code, element, rows)
    addWords(textCode, element.value === undefined ? element.text : element.type?.text, rows)
    // Text alone: the element is there, so `:missing=true` must not find the record.
    if (!rows.hasRowsOf(code)) rows.addText(code, '', '')
  }
}

function addToken(param: string, value: unknown, rows: IndexRows): void {
  const token = tokenOf(value)
  const system = isObject(value) ? (value as TokenElement).system : undefined
  if (token) rows.addText(param, token.code, token.system)
  else if (typeof system === 'string') rows.addText(param, '', system)
}

function addWords(param: string, text: unknown, rows: IndexRows): void {
  if (typeof text === 'string') rows.addText(param, normalizeText(text), '')
}

function addTypedValue(param: string, { value, type }: TokenElement, rows: IndexRows): void {
  const coding = typeof value === 'string' && Array.isArray(type?.coding) ? type.coding : []
  for (const each of coding) {
    const token = isObject(each) && 'code' in each ? tokenOf(each) : undefined
    if (token) rows.addText(param, value as string, typedSystem(token))
  }
}

/** The type of an identifier in the place of a system. No system contains a bar. */
export function typedSystem({ system, code }: Token): string {
  return `${system}|${code}`
}

/** The tokens of an element, for composites. */
export function tokensOf(value: unknown): Token[] {
  const coding = isObject(value) ? (value as TokenElement).coding : undefined
  const elements = Array.isArray(coding) ? coding : [value]
  return elements.map(tokenOf).filter((token) => token !== undefined)
}

function tokenOf(value: unknown): Token | undefined {
  if (typeof value === 'string') return { system: '', code: value }
  if (typeof value === 'boolean' || typeof value === 'number') return { system: '', code: String(value) }
  if (!isObject(value)) return undefined
  const element = value as TokenElement
  const code = element.code ?? element.value
  if (typeof code !== 'string') return undefined
  return { system: typeof element.system === 'string' ? element.system : '', code }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

import { parseReference } from '../reference.ts'
import { compilePath, type Visit } from './compile-path.ts'
import type { IndexRows } from './index-rows.ts'
import { clipText, normalizeText } from './normalize-text.ts'
import { rangesOf } from './quantity-rows.ts'
import type { SearchParameterType } from './search-parameter.ts'
import { type Token, tokensOf } from './token-rows.ts'
import { readTime } from './value-rows.ts'

/**
 * Composites, which here always join a token with one other value of the same element:
 * https://hl7.org/fhir/R4/search.html#composite
 *
 * Every token is written in two ways, `code` and `system|code` (`|code` without a system), because a search may give
 * either. With them the rows are
 * - token$token:     text, value `token$token`
 * - token$string:    text, value `token$normalized`
 * - token$reference: text, value `token$Type/id`
 * - token$quantity:  range, unit `token$unit`, where unit is one of the names of rows of quantities; '' the number alone
 * - token$date:      range, unit `token$`
 */
export interface CompositePart {
  type: SearchParameterType
  expression: string
}

export function compositeRows(code: string, first: CompositePart, second: CompositePart): Visit<IndexRows> {
  const selectFirst = listOf(first.expression)
  const selectSecond = listOf(second.expression)
  const add = partners[second.type]
  return (element, rows) => {
    const others = selectSecond(element)
    if (others.length === 0) return
    const tokens = selectFirst(element).flatMap(tokensOf).flatMap(writeToken)
    for (const token of tokens) for (const other of others) add?.(rows, code, token, other)
  }
}

type AddPair = (rows: IndexRows, code: string, token: string, other: unknown) => void

const partners: Partial<Record<SearchParameterType, AddPair>> = {
  token(rows, code, token, other) {
    for (const second of tokensOf(other))
      for (const written of writeToken(second)) rows.addText(code, `${token}$${written}`, '')
  },
  string(rows, code, token, other) {
    if (typeof other === 'string') rows.addText(code, `${token}$${normalizeText(other)}`, '')
  },
  reference(rows, code, token, other) {
    const parsed = parseReference((other as { reference?: unknown }).reference)
    if (parsed.kind === 'relative') rows.addText(code, `${token}$${parsed.type}/${parsed.id}`, '')
    else if ('text' in parsed) rows.addText(code, `${token}$${parsed.text}`, '')
  },
  quantity(rows, code, token, other) {
    for (const { low, high, unit } of rangesOf(other)) rows.addRange(code, low, high, `${token}$${unit}`)
  },
  date(rows, code, token, other) {
    const time = readTime(other)
    if (time) rows.addRange(code, time.start, time.end, `${token}$`)
  },
}

/** The two ways in which a search may write the token. */
export function writeToken({ system, code }: Token): [string, string] {
  return [clipText(code), clipText(`${system}|${code}`)]
}

function listOf(expression: string): (value: unknown) => unknown[] {
  const visit = compilePath<unknown[]>(expression, (value, all) => all.push(value))
  return (value) => {
    const all: unknown[] = []
    visit(value, all)
    return all
  }
}

import { clipText } from './normalize-text.ts'
import { parseQuantityValue } from './parse-quantity.ts'
import {
  type Asked,
  parseDateValue,
  parseString,
  parseTargets,
  parseToken,
  refuse,
} from './parse-single-value.ts'
import type { SearchValue, TokenValue } from './search-query.ts'
import { splitUnescaped, unescapeText } from './search-text.ts'

/** `token$value`, to be found in the rows that composite-rows.ts writes. */
export function parseComposite(asked: Asked, text: string, first: Asked, second: Asked): SearchValue[] {
  const parts = splitUnescaped(text, '$')
  const [left = '', right = ''] = parts
  if (parts.length !== 2 || left === '' || right === '')
    return refuse(
      asked,
      text,
      `two values with $ between them: ${first.parameter.code}$${second.parameter.code}`,
    )
  const token = writeToken(asked, text, parseToken(first, left))
  switch (second.parameter.type) {
    case 'token': {
      const other = writeToken(asked, text, parseToken(second, right))
      return [textValue([`${token}$${other}`], 'equal')]
    }
    case 'string':
      return [textValue([`${token}$${parseString(second, right).normalized}`], 'begins')]
    case 'reference': {
      const targets = parseTargets(second, unescapeText(right))
      return [
        textValue(
          targets.map((target) => `${token}$${target}`),
          'equal',
        ),
      ]
    }
    case 'date': {
      const { prefix, start, end } = parseDateValue(second, right)
      return [
        { type: 'composite', form: 'range', prefix, low: start, high: end, unit: clipText(`${token}$`) },
      ]
    }
    case 'quantity': {
      const quantities =
        parseQuantityValue(right) ?? refuse(asked, text, 'a quantity after the $: 8480-6$gt140')
      return quantities.map(({ prefix, low, high, unit = '' }) => {
        return { type: 'composite', form: 'range', prefix, low, high, unit: clipText(`${token}$${unit}`) }
      })
    }
    case 'number':
    case 'uri':
    case 'composite':
      throw new Error(`no composite parameter of R4 ends in one of the type ${second.parameter.type}`)
    default:
      throw second.parameter.type satisfies never
  }
}

function textValue(values: string[], match: 'equal' | 'begins'): SearchValue {
  return { type: 'composite', form: 'text', values: values.map(clipText), match }
}

function writeToken(asked: Asked, text: string, { system, code }: TokenValue): string {
  if (code === undefined || code === '') return refuse(asked, text, 'a code, not only its system')
  return clipText(system === undefined ? code : `${system}|${code}`)
}

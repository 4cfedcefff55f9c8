import { parseDate } from '../dates.ts'
import { narrativeProblem } from './narrative.ts'

/**
 * The change that a value of a primitive type needs. Undefined when it is right. https://hl7.org/fhir/R4/datatypes.html#primitive
 */
export function primitiveProblem(type: string, value: unknown): string | undefined {
  if (value === null) return 'null is no value: leave the element out.'
  const check = checks[type]
  return check ? check(value) : text(value)
}

type Check = (value: unknown) => string | undefined

function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return `Must be text in quotes, not ${kindOf(value)}.`
  return value === '' ? 'Text must not be empty: leave the element out.' : undefined
}

function pattern(pattern: RegExp, words: string): Check {
  return (value) => text(value) ?? (pattern.test(value as string) ? undefined : `Must be ${words}.`)
}

function time(pattern: RegExp, words: string): Check {
  return (value) =>
    text(value) ??
    (pattern.test(value as string) && parseDate(value) !== undefined
      ? undefined
      : `Must be ${words}, and a day that there is.`)
}

function number(isRight: (value: number) => boolean, words: string): Check {
  return (value) => {
    if (typeof value !== 'number') return `Must be a number without quotes, not ${kindOf(value)}.`
    return isRight(value) ? undefined : `Must be ${words}.`
  }
}

const most = 2_147_483_647
const isInteger = (least: number) => (value: number) =>
  Number.isInteger(value) && value >= least && value <= most
const uri = pattern(/^\S+$/, 'an address without spaces')
const clock = '([01]\\d|2[0-3]):[0-5]\\d:([0-5]\\d|60)(\\.\\d+)?'
const zone = '(Z|[+-](0\\d|1[0-3]):[0-5]\\d|[+-]14:00)'
const day = '\\d{4}-\\d{2}-\\d{2}'

const checks: Readonly<Record<string, Check>> = {
  boolean: (value) =>
    typeof value === 'boolean' ? undefined : `Must be true or false without quotes, not ${kindOf(value)}.`,
  integer: number(isInteger(-most - 1), 'a whole number of at most 32 bits'),
  unsignedInt: number(isInteger(0), 'a whole number of 0 or more'),
  positiveInt: number(isInteger(1), 'a whole number of 1 or more'),
  decimal: number(Number.isFinite, 'a number'),
  code: pattern(/^[^\s]+(\s[^\s]+)*$/, 'a code without spaces at its ends'),
  id: pattern(/^[A-Za-z0-9\-.]{1,64}$/, 'an id of at most 64 letters, digits, "-" and "."'),
  uri,
  url: uri,
  canonical: uri,
  oid: pattern(/^urn:oid:[0-2](\.(0|[1-9]\d*))+$/, 'an OID such as urn:oid:1.2.3'),
  uuid: pattern(
    /^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/,
    'a UUID such as urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  ),
  date: time(/^\d{4}(-\d{2}(-\d{2})?)?$/, 'a date such as 2024, 2024-03 or 2024-03-31'),
  dateTime: time(
    new RegExp(`^\\d{4}(-\\d{2}(-\\d{2}(T${clock}${zone})?)?)?$`),
    'a date such as 2024-03-31, with a time only as in 2024-03-31T12:30:00Z',
  ),
  instant: time(new RegExp(`^${day}T${clock}${zone}$`), 'a moment such as 2024-03-31T12:30:00Z'),
  time: pattern(new RegExp(`^${clock}$`), 'a time such as 12:30:00'),
  base64Binary: (value) => text(value) ?? base64Problem(value as string),
  xhtml: (value) => text(value) ?? narrativeProblem(value as string),
}

function base64Problem(value: string): string | undefined {
  const isRight =
    /^[0-9A-Za-z+/=\s]*$/.test(value) && value.replace(/\s/g, '').replace(/={1,2}$/, '').length % 4 !== 1
  return isRight ? undefined : 'Must be base64.'
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (value === null) return 'null'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

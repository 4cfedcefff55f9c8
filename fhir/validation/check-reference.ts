import { typeOfReference } from '../fhirpath/values.ts'
import { parseReference } from '../reference.ts'
import { type Findings, quote } from './findings.ts'
import type { Types } from './types.ts'

interface ReferenceCheck {
  types: Types
  findings: Findings
  /** The resources that `#id` may mean. */
  contained: ReadonlyMap<string, string>
}

type Fields = Record<string, unknown>

/** Reports a Reference that itself says that it leads to a type which may not stand here. */
export function checkReference(
  value: Fields,
  targets: readonly string[] | undefined,
  path: string,
  { types, findings, contained }: ReferenceCheck,
): void {
  const { reference, type } = value
  const parsed = parseReference(reference)
  if (parsed.kind === 'contained' && parsed.text !== '#' && !contained.has(parsed.text.slice(1)))
    findings.error(
      'value',
      `${path}.reference`,
      `${quote(parsed.text)} names no contained resource of this resource.`,
    )
  if (typeof reference === 'string' && /\s/.test(reference))
    findings.error('value', `${path}.reference`, `${quote(reference)} has a space: a reference has none.`)
  const isUnknown =
    (parsed.kind === 'relative' || parsed.kind === 'conditional') && !types.isResource(parsed.type)
  if (isUnknown)
    findings.error('value', `${path}.reference`, `${quote(reference)} names a type that R4 does not have.`)
  const named = targetTypeOf(value, contained)
  if (named === undefined || isUnknown || !types.isResource(named)) return
  if (typeof type === 'string' && types.isResource(type) && type !== named)
    findings.error('value', `${path}.type`, `"type" says ${type}, but the reference leads to a ${named}.`)
  if (targets && !targets.includes(named))
    findings.error('value', path, `May lead to ${targets.join(' or ')}, not to ${named}.`)
}

/** The type that a reference says it leads to; undefined when it does not say. */
export function targetTypeOf(value: unknown, contained: ReadonlyMap<string, string>): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { reference } = value as Fields
  const parsed = parseReference(reference)
  if (parsed.kind === 'contained') return contained.get(parsed.text.slice(1))
  return parsed.kind === 'conditional' ? parsed.type : typeOfReference(value)
}

import { quote } from './findings.ts'
import type { Fields, ResourceContext } from './resource-context.ts'
import type { Element, TypeDefinition } from './types.ts'

/** Reports elements that are missing, and choices with more than one value. */
export function checkPresence(
  value: Fields,
  { required, choices }: TypeDefinition,
  path: string,
  { findings }: ResourceContext,
): void {
  for (const element of required)
    if (countOf(value, element) === 0)
      findings.error('required', `${path}.${element.name}`, `${keysOf(element)} is missing.`)
  for (const element of choices)
    if (countOf(value, element) > 1)
      findings.error('structure', `${path}.${element.name}`, `Only one of ${keysOf(element)} may be there.`)
}

/** How many JSON names of an element are there. */
function countOf(value: Fields, { fields }: Element): number {
  let count = 0
  for (const { key, isPrimitive } of fields)
    if (Object.hasOwn(value, key) || (isPrimitive && Object.hasOwn(value, `_${key}`))) count++
  return count
}

/** The JSON names of an element for a message. */
export function keysOf({ fields, name }: Element): string {
  if (fields.length === 1) return fields[0]?.key ?? name
  const some = fields.slice(0, 6).map(({ key }) => key)
  return `${some.join(', ')}${fields.length > 6 ? ' …' : ''}`
}

export function tellUnknown(key: string, type: TypeDefinition, path: string, context: ResourceContext): void {
  const choice = type.elements.get(`${key}[x]`)
  const hint = choice
    ? `Write it with its type, e.g. ${choice.fields[0]?.key}.`
    : 'Take it out, or correct its name.'
  context.findings.error(
    'structure',
    `${path}.${nameInPath(key)}`,
    `${type.name} has no element ${quote(key)}. ${hint}`,
  )
}

function nameInPath(key: string): string {
  const short = key.slice(0, 60)
  return /^[A-Za-z_]\w*$/.test(short) ? short : `\`${short.replace(/[`\\]/g, '')}\``
}

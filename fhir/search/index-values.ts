import type { Resource } from 'fhir/r4'
import { compilePath, type Visit } from './compile-path.ts'
import { compositeRows } from './composite-rows.ts'
import { IndexRows, type IndexValue } from './index-rows.ts'
import { findParameter, parametersOf } from './parameters.ts'
import type { SearchParameter } from './search-parameter.ts'
import { rowsOfType } from './value-rows.ts'

export type { IndexValue } from './index-rows.ts'

/**
 * The rows by which a resource is found, each once, in the order of its parameters. `param` is the code of the
 * parameter; an element that is there has at least one row of it, so that `:missing` needs nothing else.
 *
 * - token: value the code, system its system or ''. What people read of it: rows `<code>:text`, value normalized. For
 *   `:of-type` an identifier has a row with the system `system|code` of its type.
 * - string: value normalized, system the text as it is, for `:exact`.
 * - reference: value `Type/id`, or the address of another server or of a definition. Its identifier: token rows
 *   `<code>:identifier`.
 * - uri: value the address; with `|version` also without it. Of a definition that has a version its `url` with it, too.
 * - date: range of milliseconds, unit ''. number: range, unit ''.
 * - quantity: range, unit '' (the number alone); ours of UCUM's dimension, converted; else the code and `system|code`.
 * - composite: see composite-rows.ts.
 *
 * Ranges are half-open. `_id` and `_lastUpdated` have no rows: they are columns of the record itself.
 */
export function indexValuesOf(resource: Resource): IndexValue[] {
  const { resourceType } = resource
  let plan = planByType.get(resourceType)
  if (!plan) {
    plan = parametersOf(resourceType)
      .filter(isIndexed)
      .map((parameter) => planFor(resourceType, parameter))
    planByType.set(resourceType, plan)
  }
  const rows = new IndexRows()
  for (const step of plan) {
    rows.beginParameter()
    step(resource, rows)
  }
  return rows.rows
}

type Step = Visit<IndexRows>

/** Compiled when the first resource of a type comes. */
const planByType = new Map<string, Step[]>()

function isIndexed({ code }: SearchParameter): boolean {
  return code !== '_id' && code !== '_lastUpdated'
}

function planFor(resourceType: string, parameter: SearchParameter): Step {
  const { code, type, expression } = parameter
  if (type !== 'composite') {
    const step = compilePath(expression, rowsOfType[type](code))
    return code === 'url' ? withVersion(code, step) : step
  }
  const [first, second] = (parameter.components ?? []).map((part) => ({
    type: findParameter(resourceType, part.code)?.type ?? 'token',
    expression: part.expression,
  }))
  if (!first || !second) throw new Error(`The parameter ${resourceType}.${code} does not join two values`)
  return compilePath(expression, compositeRows(code, first, second))
}

/** A definition is named by its address with or without its version: https://hl7.org/fhir/R4/references.html#canonical */
function withVersion(code: string, addresses: Step): Step {
  return (value, rows) => {
    addresses(value, rows)
    const { url, version } = value as { url?: unknown; version?: unknown }
    if (typeof url === 'string' && typeof version === 'string') rows.addText(code, `${url}|${version}`, '')
  }
}

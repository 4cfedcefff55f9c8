import type { SearchParameter, SearchParameterType } from './search-parameter.ts'
import table from './search-parameters.json' with { type: 'json' }

interface Row {
  code: string
  type: string
  url: string
  expression: string
  /** `*`: any type. */
  targets?: string[] | string
  components?: { code: string; expression: string }[]
  systems?: string[]
  modifiers?: string[]
}

const rowsByType = table.types as Record<string, Row[]>

/** The generated table by type and code; see tools/compile-search-parameters.ts. */
export function readTable(): Map<string, Map<string, SearchParameter>> {
  const { Resource: common = [], ...ofTypes } = rowsByType
  const types = Object.keys(ofTypes)
  const shared = common.map((row) => toParameter(row, types))
  const tableOf = ([type, rows]: [string, Row[]]): [string, Map<string, SearchParameter>] => {
    const parameters = [...shared, ...rows.map((row) => toParameter(row, types))]
    return [type, new Map(parameters.map((parameter) => [parameter.code, parameter]))]
  }
  return new Map(Object.entries(ofTypes).map(tableOf))
}

const none: readonly string[] = []

function toParameter(row: Row, types: readonly string[]): SearchParameter {
  const { code, url, expression, components, systems = none, modifiers = none } = row
  const targets = typeof row.targets === 'string' ? types : (row.targets ?? none)
  const parameter = {
    code,
    type: row.type as SearchParameterType,
    url,
    expression,
    targets,
    systems,
    modifiers,
  }
  return components ? { ...parameter, components } : parameter
}

/** The JSON names of elements like effective[x], for expressions that do not say which type they mean. */
export const choices = new Map<string, readonly string[]>(Object.entries(table.choices))

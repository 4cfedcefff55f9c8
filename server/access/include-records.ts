import type { Resource } from 'fhir/r4'
import { indexValuesOf } from '#fhir/search/index-values.ts'
import { findParameter, parametersOf, type SearchParameter } from '#fhir/search/parameters.ts'
import type { Condition, IncludeRule, SearchQuery } from '#fhir/search/search-query.ts'
import type { FoundRecord, SearchPage, SearchPageQuery } from '#server/records/records.ts'

/** A record that came along with a page. */
export interface IncludedRecord extends FoundRecord {
  type: string
}

interface IncludeDeps {
  /** Searches inside the reader's confinement. */
  search(page: SearchPageQuery): Promise<SearchPage>
  /** Whether the scopes cover a type; others are left out. */
  isAllowed(type: string): boolean
}

export interface Included {
  records: IncludedRecord[]
  /** Whether there may be more than came along. */
  isCut: boolean
}

/** At most so many records come along, and so many steps from record to record are gone. */
export const mostIncluded = 1000
const mostRounds = 5

/** What `_include` and `_revinclude` bring along with a page: https://hl7.org/fhir/R4/search.html#include */
export async function includeRecords(
  deps: IncludeDeps,
  { type, includes, revincludes }: Pick<SearchQuery, 'type' | 'includes' | 'revincludes'>,
  page: readonly FoundRecord[],
): Promise<Included> {
  if (includes.length === 0 && revincludes.length === 0) return { records: [], isCut: false }
  let isCut = false
  const noting: IncludeDeps = {
    isAllowed: deps.isAllowed,
    async search(asked) {
      const found = await deps.search(asked)
      if (found.next) isCut = true
      return found
    },
  }
  const matched = page.map((record) => ({ ...record, type }))
  const known = new Set(matched.map(addressOf))
  const included: IncludedRecord[] = []
  let sources = matched
  for (let round = 0; round < mostRounds && sources.length > 0; round++) {
    const applies = ({ iterate }: IncludeRule) => round === 0 || iterate
    const found = [
      ...(await findNamed(noting, includes.filter(applies), sources)),
      ...(await findNaming(noting, revincludes.filter(applies), sources)),
    ].filter((record) => !known.has(addressOf(record)) && known.add(addressOf(record)))
    included.push(...found)
    if (included.length >= mostIncluded) return { records: included.slice(0, mostIncluded), isCut: true }
    sources = found
  }
  return { records: included, isCut }
}

function addressOf({ type, id }: IncludedRecord): string {
  return `${type}/${id}`
}

/** Records that the sources name: one search for each type they are of. */
async function findNamed(
  deps: IncludeDeps,
  rules: IncludeRule[],
  sources: readonly IncludedRecord[],
): Promise<IncludedRecord[]> {
  const named = rules.flatMap((rule) => sources.flatMap((source) => targetsOf(source, rule)))
  const byType = Map.groupBy(new Set(named), (address) => address.split('/')[0] ?? '')
  const found: IncludedRecord[] = []
  for (const [type, addresses] of byType) {
    const ids = addresses.map((address) => address.slice(type.length + 1))
    found.push(...(await findAll(deps, type, hasId(type, ids))))
  }
  return found
}

/** `Type/id` of what a source names by the rule's reference. */
function targetsOf(source: IncludedRecord, { sourceType, parameter, targetType }: IncludeRule): string[] {
  if (source.type !== sourceType) return []
  const codes = new Set(
    parameter === '*'
      ? parametersOf(sourceType).flatMap((each) => (each.type === 'reference' ? [each.code] : []))
      : [parameter.code],
  )
  const form = targetType === undefined ? /^[A-Z]\w+\/[^/]+$/ : new RegExp(`^${targetType}/[^/]+$`)
  return indexValuesOf(JSON.parse(source.content) as Resource).flatMap((value) =>
    value.kind === 'text' && codes.has(value.param) && form.test(value.value) ? [value.value] : [],
  )
}

/** Records that name the sources. */
async function findNaming(
  deps: IncludeDeps,
  rules: IncludeRule[],
  sources: readonly IncludedRecord[],
): Promise<IncludedRecord[]> {
  const found: IncludedRecord[] = []
  for (const { sourceType, parameter } of rules) {
    const targets = sources.map(addressOf)
    const references =
      parameter === '*'
        ? parametersOf(sourceType).filter((each) => each.type === 'reference')
        : [parameter as SearchParameter]
    if (targets.length === 0 || references.length === 0) continue
    const conditions = references.map(
      (each): Condition => ({
        kind: 'parameter',
        parameter: each,
        modifier: undefined,
        values: [{ type: 'reference', targets }],
      }),
    )
    found.push(...(await findAll(deps, sourceType, { kind: 'or', conditions })))
  }
  return found
}

async function findAll(deps: IncludeDeps, type: string, condition: Condition): Promise<IncludedRecord[]> {
  if (!deps.isAllowed(type)) return []
  const { records } = await deps.search({
    query: { type, conditions: [condition], sort: [] },
    pageSize: mostIncluded,
    withTotal: false,
  })
  return records.map((record) => ({ ...record, type }))
}

function hasId(type: string, ids: string[]): Condition {
  const parameter = findParameter(type, '_id')
  if (!parameter) return { kind: 'or', conditions: [] }
  return {
    kind: 'parameter',
    parameter,
    modifier: undefined,
    values: ids.map((code) => ({ type: 'token', system: undefined, code })),
  }
}

/** Every type that the conditions of a search look into, besides its own. */
export function typesInConditions(conditions: readonly Condition[]): string[] {
  return conditions.flatMap((condition): string[] => {
    if (condition.kind === 'or' || condition.kind === 'and') return typesInConditions(condition.conditions)
    if (condition.kind === 'chain') return [condition.targetType, ...typesInConditions([condition.condition])]
    if (condition.kind === 'has') return [condition.type, ...typesInConditions([condition.condition])]
    return []
  })
}

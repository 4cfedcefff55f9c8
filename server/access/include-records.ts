import { parseReference } from '#fhir/reference.ts'
import { type NamedReference, namedReferences } from '#fhir/search/named-references.ts'
import { clipText } from '#fhir/search/normalize-text.ts'
import { findParameter, parametersOf, type SearchParameter } from '#fhir/search/parameters.ts'
import type { Condition, IncludeRule, SearchQuery } from '#fhir/search/search-query.ts'
import { readStoredHead } from '#fhir/stored-text.ts'
import type { FoundRecord, SearchPage, SearchPageQuery } from '#server/records/records.ts'
import { breathe } from '../breathe.ts'
import { currentWork } from '../request-work.ts'

/** A record that came along with a page. */
export interface IncludedRecord extends FoundRecord {
  type: string
}

interface IncludeDeps {
  /** Searches inside the reader's confinement. */
  search(page: SearchPageQuery): Promise<SearchPage>
  /** One version inside the reader's confinement, current or older. */
  readVersion(address: { type: string; id: string; versionId: number }): Promise<string | undefined>
  /** Whether the scopes cover a type. Records of other types are left out. */
  isAllowed(type: string): boolean
}

export interface Included {
  records: IncludedRecord[]
  /** Whether there may be more records to include. */
  isCut: boolean
}

/** The most records that come along, and the most steps from record to record. */
export const mostIncluded = 1000
const mostRounds = 5

/** Versions are read one by one. */
const mostVersions = 100

/** The records that `_include` and `_revinclude` add to a page: https://hl7.org/fhir/R4/search.html#include */
export async function includeRecords(
  deps: IncludeDeps,
  { type, includes, revincludes }: Pick<SearchQuery, 'type' | 'includes' | 'revincludes'>,
  page: readonly FoundRecord[],
): Promise<Included> {
  if (includes.length === 0 && revincludes.length === 0) return { records: [], isCut: false }
  const room = currentWork()?.limits.pageBytes ?? Number.POSITIVE_INFINITY
  let bytes = 0
  let isCut = false
  const noting: IncludeDeps = {
    ...deps,
    async search(asked) {
      const found = await deps.search(asked)
      if (found.next) isCut = true
      return found
    },
  }
  const matched = page.map((record) => ({ ...record, type }))
  const known = new Set(matched.map(versionedAddressOf))
  const included: IncludedRecord[] = []
  let sources = matched
  for (let round = 0; round < mostRounds && sources.length > 0; round++) {
    const applies = ({ iterate }: IncludeRule) => round === 0 || iterate
    const found = [
      ...(await findNamed(noting, includes.filter(applies), sources, () => {
        isCut = true
      })),
      ...(await findNaming(noting, revincludes.filter(applies), sources)),
    ].filter((record) => !known.has(versionedAddressOf(record)) && known.add(versionedAddressOf(record)))
    for (const record of found) {
      bytes += record.content.length
      // The included records have as much room as the page itself.
      if (bytes > room) return { records: included, isCut: true }
      included.push(record)
    }
    if (included.length >= mostIncluded) return { records: included.slice(0, mostIncluded), isCut: true }
    sources = found
  }
  return { records: included, isCut }
}

function addressOf({ type, id }: IncludedRecord): string {
  return `${type}/${id}`
}

function versionedAddressOf(record: IncludedRecord): string {
  return `${addressOf(record)}/_history/${readStoredHead(record.content).versionId}`
}

/** Records that the sources name: one search for each type, and a read for each record that is named with a version. */
async function findNamed(
  deps: IncludeDeps,
  rules: IncludeRule[],
  sources: readonly IncludedRecord[],
  cut: () => void,
): Promise<IncludedRecord[]> {
  const targets = await collectTargets(rules, sources)
  const byType = Map.groupBy(targets.addresses, (address) => address.split('/')[0] ?? '')
  const found: IncludedRecord[] = []
  for (const [type, addresses] of byType) {
    const ids = addresses.map((address) => address.slice(type.length + 1))
    found.push(...(await findAll(deps, type, hasId(type, ids))))
  }
  const versions = [...targets.versions]
  if (versions.length > mostVersions) cut()
  for (const address of versions.slice(0, mostVersions))
    found.push(...(await readNamedVersion(deps, address)))
  for (const [type, canonicals] of targets.canonicals) {
    const url = findParameter(type, 'url')
    if (url) found.push(...(await findAll(deps, type, hasText(url, [...canonicals]))))
  }
  return found
}

/** The named records, each once. */
interface Targets {
  /** `Type/id`. */
  addresses: Set<string>
  /** `Type/id/_history/version`, which means this version alone (https://hl7.org/fhir/R4/search.html#include). */
  versions: Set<string>
  /** `URL` or `URL|VERSION`, by the types that it may be of. */
  canonicals: Map<string, Set<string>>
}

async function collectTargets(
  rules: readonly IncludeRule[],
  sources: readonly IncludedRecord[],
): Promise<Targets> {
  const targets: Targets = { addresses: new Set(), versions: new Set(), canonicals: new Map() }
  for (const rule of rules)
    for (const { type, content } of sources)
      if (type === rule.sourceType) {
        await breathe()
        const resource: unknown = JSON.parse(content)
        for (const parameter of referencesOf(rule))
          for (const named of namedReferences(parameter, resource)) addTarget(targets, named, rule, parameter)
      }
  return targets
}

function addTarget(
  targets: Targets,
  { text, isCanonical }: NamedReference,
  { targetType }: IncludeRule,
  parameter: SearchParameter,
): void {
  if (isCanonical) {
    for (const type of targetType === undefined ? parameter.targets : [targetType])
      targets.canonicals.set(type, (targets.canonicals.get(type) ?? new Set()).add(text.replace(/#.*$/, '')))
    return
  }
  const parsed = parseReference(text)
  if (parsed.kind !== 'relative' || (targetType !== undefined && parsed.type !== targetType)) return
  if (text.includes('/_history/')) targets.versions.add(text)
  else targets.addresses.add(`${parsed.type}/${parsed.id}`)
}

function referencesOf({ sourceType, parameter }: IncludeRule): readonly SearchParameter[] {
  return parameter === '*'
    ? parametersOf(sourceType).filter((each) => each.type === 'reference')
    : [parameter]
}

async function readNamedVersion(deps: IncludeDeps, address: string): Promise<IncludedRecord[]> {
  const [type = '', id = '', , version = ''] = address.split('/')
  if (!deps.isAllowed(type) || !/^\d{1,9}$/.test(version)) return []
  const content = await deps.readVersion({ type, id, versionId: Number(version) })
  return content === undefined ? [] : [{ type, id, content }]
}

/** Records that name the sources. */
async function findNaming(
  deps: IncludeDeps,
  rules: IncludeRule[],
  sources: readonly IncludedRecord[],
): Promise<IncludedRecord[]> {
  if (sources.length === 0) return []
  const canonicals = new Set(sources.flatMap(canonicalsOf))
  const targets = [...sources.map(addressOf), ...canonicals]
  const found: IncludedRecord[] = []
  for (const rule of rules) {
    const references = referencesOf(rule)
    if (references.length === 0) continue
    const conditions = references.map((each) => hasReference(each, targets))
    const naming = await findAll(deps, rule.sourceType, { kind: 'or', conditions })
    // The index has canonical addresses without their version, too: another version is another definition.
    found.push(
      ...(canonicals.size === 0 ? naming : naming.filter((each) => namesOne(each, references, targets))),
    )
  }
  return found
}

/** The addresses by which records name a definition. */
function canonicalsOf({ type, content }: IncludedRecord): string[] {
  if (!findParameter(type, 'url')) return []
  const { url, version } = JSON.parse(content) as { url?: unknown; version?: unknown }
  if (typeof url !== 'string') return []
  return typeof version === 'string' ? [url, `${url}|${version}`] : [url]
}

function namesOne(
  { content }: IncludedRecord,
  references: readonly SearchParameter[],
  targets: readonly string[],
): boolean {
  const resource: unknown = JSON.parse(content)
  return references.some((each) =>
    namedReferences(each, resource).some(({ text, isCanonical }) =>
      targets.includes(isCanonical ? text.replace(/#.*$/, '') : text.replace(/\/_history\/.*$/, '')),
    ),
  )
}

function hasReference(parameter: SearchParameter, targets: string[]): Condition {
  return { kind: 'parameter', parameter, modifier: undefined, values: [{ type: 'reference', targets }] }
}

/** Whether a parameter of addresses has one of these. */
function hasText(parameter: SearchParameter, texts: string[]): Condition {
  const values = texts.map((value) => ({ type: 'uri' as const, value: clipText(value) }))
  return { kind: 'parameter', parameter, modifier: undefined, values }
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
    switch (condition.kind) {
      case 'or':
      case 'and':
        return typesInConditions(condition.conditions)
      case 'chain':
        return [condition.targetType, ...typesInConditions([condition.condition])]
      case 'has':
        return [condition.type, ...typesInConditions([condition.condition])]
      case 'parameter':
        return []
      default:
        throw condition satisfies never
    }
  })
}

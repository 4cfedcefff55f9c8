import type { CodesRow } from './definition-tables.ts'
import profileTable from './profiles.json' with { type: 'json' }
import r4Table from './r4-definitions.json' with { type: 'json' }

const r4Sets: Record<string, CodesRow> = r4Table.valueSets
const profileSets: Record<string, CodesRow> = profileTable.valueSets
const setsOfR4 = { ...profileSets, ...r4Sets }

/** The value sets of required bindings by their address, whatever version it names, because only one version is kept. */
export function findValueSet(canonical: string): { system: string; code: string }[] | undefined {
  const [, base = '', name = ''] = /^https?:\/\/(.+)\/ValueSet\/([\w.-]+)(?:\|.*)?$/.exec(canonical) ?? []
  const sets = base === 'hl7.org/fhir/us/core' ? profileSets : bases.includes(base) ? setsOfR4 : {}
  const codes = Object.hasOwn(sets, name) ? sets[name] : undefined
  return codes && Object.entries(codes).flatMap(([system, list]) => list.map((code) => ({ system, code })))
}

const bases = ['hl7.org/fhir', 'terminology.hl7.org']

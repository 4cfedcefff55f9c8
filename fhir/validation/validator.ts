import { checkProfile } from './check-profile.ts'
import { checkResource } from './check-resource.ts'
import type { ProfileTable, R4Table } from './definition-tables.ts'
import { createFindings, type Findings, quote, type ValidationIssue } from './findings.ts'
import { isNestedDeeper } from './nesting.ts'
import profileTable from './profiles.json' with { type: 'json' }
import { type KnownProfile, readProfiles } from './profiles.ts'
import r4Table from './r4-definitions.json' with { type: 'json' }
import type { Fields, ResourceContext } from './resource-context.ts'
import { rewriteAddresses } from './rewrite-addresses.ts'
import { readCodes, readInvariants, readTypes, type TypeDefinition } from './types.ts'
import type { Validator } from './validator-interface.ts'

/** Brackets in brackets: deeper than any record, and no deeper than functions may call themselves. */
const deepest = 200

/** Comparisons that invariants may make: a record of some megabytes needs a tenth. */
const mostWork = 5_000_000

const mostProfiles = 20

/** The validator over the generated tables. */
export function createValidator(): Validator {
  const r4 = r4Table as unknown as R4Table
  const codes = readCodes(r4.valueSets)
  const types = readTypes(r4, readInvariants(r4.invariants), codes)
  const profiles = readProfiles(profileTable as unknown as ProfileTable, codes)

  function validate(resource: unknown, named: readonly string[] = []): readonly ValidationIssue[] {
    const findings = createFindings()
    if (isNestedDeeper(resource, deepest)) {
      findings.error('too-long', 'Resource', `Must not be nested more than ${deepest} levels deep.`)
      return findings.issues
    }
    const work = { left: mostWork }
    checkResource(resource, '', {
      types,
      findings,
      work,
      visitResource(value, type, path, context) {
        const isOutermost = value === resource
        const claims = claimsOf(value, path, isOutermost ? named : [])
        addVitalSigns(claims, value, path)
        for (const [canonical, place] of [...claims].slice(0, mostProfiles))
          checkClaim(canonical, place, { value, type, path, context })
        if (claims.size > mostProfiles)
          findings.error(
            'too-costly',
            `${path}.meta.profile`,
            `At most ${mostProfiles} profiles can be claimed.`,
          )
      },
      visitExtension(value, path, context) {
        const known = profiles.find(String(value.url))
        const type = types.find('Extension')
        if (known.length > 0 && type) checkAny(known, { value, type, path, context })
      },
    })
    if (work.left <= 0)
      findings.add({
        severity: 'warning',
        code: 'too-costly',
        expression: 'Resource',
        message: 'The resource is so large that not all rules were checked.',
      })
    return findings.issues
  }

  /** What the code asks for, unless a profile that is claimed asks for the same code and so for as much. */
  function addVitalSigns(claims: Map<string, string>, value: Fields, path: string): void {
    const patterns = [...claims.keys()].flatMap((canonical) =>
      profiles.find(canonical).map(({ node }) => JSON.stringify(node.elements?.code ?? '')),
    )
    for (const { code, url } of vitalSignsOf(value)) {
      const isAsked = patterns.some((pattern) => pattern.includes(`"${code}"`))
      if (!isAsked && !claims.has(url)) claims.set(url, path)
    }
  }

  interface Checked {
    value: Fields
    type: TypeDefinition
    path: string
    context: ResourceContext
  }

  function checkClaim(canonical: string, place: string, checked: Checked): void {
    const { findings } = checked.context
    const known = profiles.find(canonical)
    const [first] = known
    if (!first)
      findings.add({
        severity: 'warning',
        code: 'not-found',
        expression: place,
        message: `The profile ${quote(canonical)} is not known here: the resource was not checked against it.`,
      })
    else if (first.type !== checked.type.name)
      findings.error('value', place, `This profile is of ${first.type}, not of ${checked.type.name}.`)
    else checkAny(known, checked)
  }

  /** An address without a version means any that is known: the one that the resource keeps best is told of. */
  function checkAny(known: readonly KnownProfile[], checked: Checked): void {
    let best: Findings | undefined
    for (const profile of known) {
      const findings = createFindings()
      const name = profile.url.slice(profile.url.lastIndexOf('/') + 1)
      const context = {
        ...checked.context,
        findings,
        profiles,
        profileName: `${name} ${profile.version}`,
      }
      checkProfile(checked.value, profile.node, checked.type, checked.path, context)
      if (best === undefined || findings.errorCount < best.errorCount) best = findings
      if (best.errorCount === 0) break
    }
    for (const issue of best?.issues ?? []) checked.context.findings.add(issue)
  }

  return {
    validate: (resource, options) => [...validate(resource, options?.profiles)],
    rewriteAddresses: (resource, rewrite) => rewriteAddresses(types, resource as Fields, rewrite),
  }
}

/** "If you use these codes, you SHALL keep the profile": https://hl7.org/fhir/R4/observation-vitalsigns.html */
const vitalSigns = new Map(
  Object.entries({
    '85353-1': 'vitalspanel',
    '9279-1': 'resprate',
    '8867-4': 'heartrate',
    '2708-6': 'oxygensat',
    '8310-5': 'bodytemp',
    '8302-2': 'bodyheight',
    '9843-4': 'headcircum',
    '29463-7': 'bodyweight',
    '39156-5': 'bmi',
    '85354-9': 'bp',
  }),
)

function vitalSignsOf({ resourceType, code }: Fields): Array<{ code: string; url: string }> {
  const { coding } = (
    resourceType === 'Observation' && code !== null && code !== undefined ? code : {}
  ) as Fields
  if (!Array.isArray(coding)) return []
  return coding.flatMap((each: Fields | null) => {
    const isLoinc = each?.system === 'http://loinc.org' && typeof each.code === 'string'
    const name = isLoinc ? vitalSigns.get(each.code as string) : undefined
    return name === undefined
      ? []
      : [{ code: each?.code as string, url: `http://hl7.org/fhir/StructureDefinition/${name}` }]
  })
}

/** The profiles that a resource says it keeps, and those that the caller names, each with where it is told of. */
function claimsOf({ meta }: Fields, path: string, named: readonly string[]): Map<string, string> {
  const claims = new Map<string, string>()
  const { profile } = (meta ?? {}) as Fields
  if (Array.isArray(profile))
    for (const [index, each] of profile.entries())
      if (typeof each === 'string' && !claims.has(each)) claims.set(each, `${path}.meta.profile[${index}]`)
  for (const each of named) if (!claims.has(each)) claims.set(each, path)
  return claims
}

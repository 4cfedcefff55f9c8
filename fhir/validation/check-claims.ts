import { checkProfile, type TypedObject } from './check-profile.ts'
import { createFindings, type Findings, quote } from './findings.ts'
import type { KnownProfile, Profiles } from './profiles.ts'
import type { Fields, ResourceContext } from './resource-context.ts'

const mostProfiles = 20

interface Checked extends TypedObject {
  context: ResourceContext
}

/** Checks resources against the profiles that they claim, that their codes ask for, or that the caller names. */
export function createClaims(profiles: Profiles) {
  /** Adds the profile that the code of a resource demands, unless a claimed profile demands the same code and so includes it. */
  function addVitalSigns(claims: Map<string, string>, value: Fields, path: string): void {
    const patterns = [...claims.keys()].flatMap((canonical) =>
      profiles.find(canonical).map(({ node }) => JSON.stringify(node.elements?.code ?? '')),
    )
    for (const { code, url } of vitalSignsOf(value)) {
      const isAsked = patterns.some((pattern) => pattern.includes(`"${code}"`))
      if (!isAsked && !claims.has(url)) claims.set(url, path)
    }
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

  /** An address without a version means any known version. The issues of the version that fits the resource best are reported. */
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
      checkProfile(checked, profile.node, context)
      if (best === undefined || findings.errorCount < best.errorCount) best = findings
      if (best.errorCount === 0) break
    }
    for (const issue of best?.issues ?? []) checked.context.findings.add(issue)
  }

  /** `named`: the profiles that the caller names. */
  function checkAll(checked: Checked, named: readonly string[]): void {
    const { value, path, context } = checked
    const claims = claimsOf(value, path, named)
    addVitalSigns(claims, value, path)
    for (const [canonical, place] of [...claims].slice(0, mostProfiles)) checkClaim(canonical, place, checked)
    if (claims.size > mostProfiles)
      context.findings.error(
        'too-costly',
        `${path}.meta.profile`,
        `At most ${mostProfiles} profiles can be claimed.`,
      )
  }

  return { checkAll, checkAny }
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

/** The profiles that a resource claims, and those that the caller names, each with the place at which issues are reported. */
function claimsOf({ meta }: Fields, path: string, named: readonly string[]): Map<string, string> {
  const claims = new Map<string, string>()
  const { profile } = (meta ?? {}) as Fields
  if (Array.isArray(profile))
    for (const [index, each] of profile.entries())
      if (typeof each === 'string' && !claims.has(each)) claims.set(each, `${path}.meta.profile[${index}]`)
  for (const each of named) if (!claims.has(each)) claims.set(each, path)
  return claims
}

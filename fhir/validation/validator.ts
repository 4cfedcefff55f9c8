import { createClaims } from './check-claims.ts'
import { checkResource } from './check-resource.ts'
import type { ProfileTable, R4Table } from './definition-tables.ts'
import { createFindings, type ValidationIssue } from './findings.ts'
import { isNestedDeeper } from './nesting.ts'
import profileTable from './profiles.json' with { type: 'json' }
import { readProfiles } from './profiles.ts'
import r4Table from './r4-definitions.json' with { type: 'json' }
import type { Fields } from './resource-context.ts'
import { rewriteAddresses } from './rewrite-addresses.ts'
import { readCodes, readInvariants, readTypes } from './types.ts'
import type { Validator } from './validator-interface.ts'

/** The most nested brackets. No record is deeper, and functions can still call themselves so many times. */
const deepest = 200

/** The most comparisons that invariants may make. A record of some megabytes needs a tenth of them. */
const mostWork = 5_000_000

/** The validator over the generated tables. */
export function createValidator(): Validator {
  const r4 = r4Table as unknown as R4Table
  const codes = readCodes(r4.valueSets)
  const types = readTypes(r4, readInvariants(r4.invariants), codes)
  const profiles = readProfiles(profileTable as unknown as ProfileTable, codes)

  const claims = createClaims(profiles)

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
        claims.checkAll({ value, type, path, context }, isOutermost ? named : [])
      },
      visitExtension(value, path, context) {
        const known = profiles.find(String(value.url))
        const type = types.find('Extension')
        if (known.length > 0 && type) claims.checkAny(known, { value, type, path, context })
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

  return {
    validate: (resource, options) => [...validate(resource, options?.profiles)],
    rewriteAddresses: (resource, rewrite) => rewriteAddresses(types, resource as Fields, rewrite),
  }
}

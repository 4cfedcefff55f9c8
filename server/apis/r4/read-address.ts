import { errorCodesId } from './error-codes.ts'

/** What a path below `/fhir/r4` asks for. */
export type R4Address =
  | { kind: 'base' }
  /** `_search`, of several types. */
  | { kind: 'base-search' }
  | { kind: 'metadata' }
  /** The CodeSystem of our error codes. */
  | { kind: 'error-codes' }
  | { kind: 'smart-configuration' }
  | { kind: 'type'; type: string }
  | { kind: 'type-search'; type: string }
  /** `of`: a type, or `*` for all. */
  | { kind: 'compartment'; patientId: string; of: string }
  | { kind: 'compartment-search'; patientId: string; of: string }
  | { kind: 'instance'; type: string; id: string }
  | { kind: 'version'; type: string; id: string; versionId: string }
  | { kind: 'instance-history'; type: string; id: string }
  | { kind: 'type-history'; type: string }
  | { kind: 'everything'; type: 'Patient'; id: string }
  | { kind: 'docref' }
  | { kind: 'instance-validate'; type: string; id: string }
  | { kind: 'type-validate'; type: string }

export type AddressKind = R4Address['kind']

/** The parts of the path, from `fhir`, `r4` on; undefined when there is no such address: https://hl7.org/fhir/R4/http.html#summary */
export function readAddress([, root, ...parts]: string[]): R4Address | undefined {
  const [type = '', second, third, fourth, ...rest] = parts
  if (root !== 'r4' || rest.length > 0) return undefined
  if (parts.length === 0) return { kind: 'base' }
  if (second === undefined) return readFirst(type)
  if (third === undefined) return readSecond(type, second)
  return readThird({ type, id: second }, third, fourth)
}

function readThird(
  { type, id }: { type: string; id: string },
  third: string,
  fourth: string | undefined,
): R4Address | undefined {
  if (third === '_history')
    return fourth === undefined
      ? { kind: 'instance-history', type, id }
      : { kind: 'version', type, id, versionId: fourth }
  if (type === 'Patient' && isCompartmentPart(third) && (fourth === undefined || fourth === '_search'))
    return {
      kind: fourth === undefined ? 'compartment' : 'compartment-search',
      patientId: id,
      of: third,
    }
  if (fourth !== undefined) return undefined
  if (third === '$everything' && type === 'Patient') return { kind: 'everything', type, id }
  return third === '$validate' ? { kind: 'instance-validate', type, id } : undefined
}

/** A type, known or not, or `*`. */
function isCompartmentPart(third: string): boolean {
  return third === '*' || /^[A-Z][A-Za-z]*$/.test(third)
}

function readFirst(type: string): R4Address {
  if (type === 'metadata') return { kind: 'metadata' }
  return type === '_search' ? { kind: 'base-search' } : { kind: 'type', type }
}

function readSecond(type: string, second: string): R4Address | undefined {
  if (type === '.well-known' && second === 'smart-configuration') return { kind: 'smart-configuration' }
  if (second === '_search') return { kind: 'type-search', type }
  if (second === '_history') return { kind: 'type-history', type }
  if (second === '$validate') return { kind: 'type-validate', type }
  if (second === '$docref' && type === 'DocumentReference') return { kind: 'docref' }
  if (type === 'CodeSystem' && second === errorCodesId) return { kind: 'error-codes' }
  // No operation of a type but those above.
  if (second.startsWith('$')) return undefined
  return { kind: 'instance', type, id: second }
}

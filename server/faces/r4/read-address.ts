import { errorCodesId } from './error-codes.ts'

/** What a path below `/fhir/r4` asks for. */
export type R4Address =
  /** A Bundle that is sent, or a search over types. */
  | { kind: 'base' }
  | { kind: 'system-search' }
  | { kind: 'metadata' }
  /** The CodeSystem of our error codes. */
  | { kind: 'error-codes' }
  | { kind: 'smart-configuration' }
  | { kind: 'search'; type: string; isForm: boolean }
  /** `of`: a type, or `*` for all. */
  | { kind: 'compartment'; patientId: string; of: string; isForm: boolean }
  | { kind: 'instance'; type: string; id: string }
  | { kind: 'version'; type: string; id: string; versionId: string }
  | { kind: 'history'; type: string; id?: string }
  | { kind: 'everything'; type: 'Patient'; id: string }
  | { kind: 'docref' }
  | { kind: 'validate'; type: string; id: string | undefined }
  | { kind: 'none' }

/** The parts of the path, from `fhir`, `r4` on: https://hl7.org/fhir/R4/http.html#summary */
export function readAddress([, face, ...parts]: string[]): R4Address {
  const [type = '', second, third, fourth, ...rest] = parts
  if (face !== 'r4' || rest.length > 0) return { kind: 'none' }
  if (parts.length === 0) return { kind: 'base' }
  if (second === undefined) return readFirst(type)
  if (third === undefined) return readSecond(type, second)
  return readThird({ type, id: second }, third, fourth)
}

function readThird(
  { type, id }: { type: string; id: string },
  third: string,
  fourth: string | undefined,
): R4Address {
  if (third === '_history')
    return fourth === undefined
      ? { kind: 'history', type, id }
      : { kind: 'version', type, id, versionId: fourth }
  if (type === 'Patient' && isCompartmentPart(third) && (fourth === undefined || fourth === '_search'))
    return { kind: 'compartment', patientId: id, of: third, isForm: fourth !== undefined }
  if (fourth !== undefined) return { kind: 'none' }
  if (third === '$everything' && type === 'Patient') return { kind: 'everything', type, id }
  return third === '$validate' ? { kind: 'validate', type, id } : { kind: 'none' }
}

/** A type, known or not, or `*`. */
function isCompartmentPart(third: string): boolean {
  return third === '*' || /^[A-Z][A-Za-z]*$/.test(third)
}

function readFirst(type: string): R4Address {
  if (type === 'metadata') return { kind: 'metadata' }
  return type === '_search' ? { kind: 'system-search' } : { kind: 'search', type, isForm: false }
}

function readSecond(type: string, second: string): R4Address {
  if (type === '.well-known' && second === 'smart-configuration') return { kind: 'smart-configuration' }
  if (second === '_search') return { kind: 'search', type, isForm: true }
  if (second === '_history') return { kind: 'history', type }
  if (second === '$validate') return { kind: 'validate', type, id: undefined }
  if (second === '$docref' && type === 'DocumentReference') return { kind: 'docref' }
  if (type === 'CodeSystem' && second === errorCodesId) return { kind: 'error-codes' }
  // No operation of a type but those above.
  if (second.startsWith('$')) return { kind: 'none' }
  return { kind: 'instance', type, id: second }
}

/** What a path below `/fhir/r4` asks for. */
export type R4Address =
  | { kind: 'base' }
  | { kind: 'metadata' }
  | { kind: 'smart-configuration' }
  | { kind: 'search'; type: string; isForm: boolean }
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
  if (third === '_history')
    return fourth === undefined
      ? { kind: 'history', type, id: second }
      : { kind: 'version', type, id: second, versionId: fourth }
  if (third === '$everything' && type === 'Patient' && fourth === undefined)
    return { kind: 'everything', type, id: second }
  if (third === '$validate' && fourth === undefined) return { kind: 'validate', type, id: second }
  return { kind: 'none' }
}

function readFirst(type: string): R4Address {
  return type === 'metadata' ? { kind: 'metadata' } : { kind: 'search', type, isForm: false }
}

function readSecond(type: string, second: string): R4Address {
  if (type === '.well-known' && second === 'smart-configuration') return { kind: 'smart-configuration' }
  if (second === '_search') return { kind: 'search', type, isForm: true }
  if (second === '_history') return { kind: 'history', type }
  if (second === '$validate') return { kind: 'validate', type, id: undefined }
  if (second === '$docref' && type === 'DocumentReference') return { kind: 'docref' }
  // No operation of a type but those above.
  if (second.startsWith('$')) return { kind: 'none' }
  return { kind: 'instance', type, id: second }
}

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

/** What is read before there is a token. */
const documents: Record<string, R4Address> = {
  metadata: { kind: 'metadata' },
  '.well-known/smart-configuration': { kind: 'smart-configuration' },
}

/** The parts of the path, from `fhir`, `r4` on: https://hl7.org/fhir/R4/http.html#summary */
export function readAddress([, face, ...parts]: string[]): R4Address {
  const [type = '', second, third, fourth, ...rest] = parts
  const known = documents[parts.join('/')]
  if (face === 'r4' && known) return known
  if (face === 'r4' && parts.length === 0) return { kind: 'base' }
  if (face !== 'r4' || rest.length > 0) return { kind: 'none' }
  if (second === undefined) return { kind: 'search', type, isForm: false }
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

function readSecond(type: string, second: string): R4Address {
  if (second === '_search') return { kind: 'search', type, isForm: true }
  if (second === '_history') return { kind: 'history', type }
  if (second === '$validate') return { kind: 'validate', type, id: undefined }
  if (second === '$docref' && type === 'DocumentReference') return { kind: 'docref' }
  // No operation of a type but those above.
  if (second.startsWith('$')) return { kind: 'none' }
  return { kind: 'instance', type, id: second }
}

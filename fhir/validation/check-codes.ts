import { type Findings, quote } from './findings.ts'
import type { CodeSet } from './types.ts'

type Fields = Record<string, unknown>

/** A required binding: https://hl7.org/fhir/R4/terminologies.html#required */
export function checkCodes(
  codes: CodeSet,
  { type, value, path }: { type: string; value: unknown; path: string },
  findings: Findings,
): void {
  if (isAmong(codes, type, value)) return
  findings.error(
    'code-invalid',
    path,
    `${quote(codeIn(type, value))} is not in the value set ${codes.name}: ${codes.examples}.`,
  )
}

/** Also true for a value that is not a code at all, which the check of its type reports. */
export function isAmong(codes: CodeSet, type: string, value: unknown): boolean {
  if (typeof value === 'string') return codes.has(value)
  if (typeof value !== 'object' || value === null) return true
  const { system, code, coding } = value as Fields
  if (type === 'Coding' || type === 'Quantity') return code === undefined || codes.hasCoding(system, code)
  if (type !== 'CodeableConcept') return true
  return (
    Array.isArray(coding) && coding.some((each: Fields | null) => codes.hasCoding(each?.system, each?.code))
  )
}

function codeIn(type: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { coding, code, text } = value as Fields
  if (type !== 'CodeableConcept') return code
  const [first] = Array.isArray(coding) ? (coding as Fields[]) : []
  return first?.code ?? text
}

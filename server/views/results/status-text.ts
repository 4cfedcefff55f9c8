import type { Reading } from '../page.ts'

/** States of Observations and DiagnosticReports that people should know of: http://hl7.org/fhir/R4/valueset-observation-status.html */
const statusWords = {
  registered: 'results.registered',
  preliminary: 'results.preliminary',
  partial: 'results.partial',
  amended: 'results.corrected',
  corrected: 'results.corrected',
  appended: 'results.appended',
  cancelled: 'results.cancelled',
  'entered-in-error': 'results.enteredInError',
} as const

/** Undefined for what is simply final. */
export function statusText(status: string | undefined, { words }: Reading): string | undefined {
  return status !== undefined && status in statusWords
    ? words(statusWords[status as keyof typeof statusWords])
    : undefined
}

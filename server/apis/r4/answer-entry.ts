import { addressOf } from './bundle.ts'

/** What became of an entry of a Bundle: https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.response */
interface Answer {
  status: string
  location?: string
  etag?: string
  lastModified?: string
  outcome?: unknown
}

/** An entry of the answer; the resource is JSON text and goes out as it is. */
export type AnswerEntry = { resource?: string; response: Answer }

export function renderAnswer(base: string, { resource, response }: AnswerEntry): string {
  const fullUrl =
    resource === undefined ? '' : `"fullUrl":"${addressOf(base, resource)}","resource":${resource},`
  return `{${fullUrl}"response":${JSON.stringify(response)}}`
}

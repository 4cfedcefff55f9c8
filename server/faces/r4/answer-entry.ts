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

export function renderAnswer({ resource, response }: AnswerEntry): string {
  return `{${resource === undefined ? '' : `"resource":${resource},`}"response":${JSON.stringify(response)}}`
}

import table from './summary-elements.json' with { type: 'json' }

interface SummaryElements {
  /** Elements of the summary: https://hl7.org/fhir/R4/search.html#summary */
  summary: readonly string[]
  /** Elements without which a resource of the type is not valid. */
  mandatory: readonly string[]
  /** Elements below those of the summary that are not part of it: `participant.period`. */
  omitted?: readonly string[]
}

/** From the definitions of R4, by tools/compile-summary-elements.ts. */
const elementsByType: Readonly<Record<string, SummaryElements>> = table

export function summaryElements(type: string): SummaryElements {
  return Object.hasOwn(elementsByType, type)
    ? (elementsByType[type] as SummaryElements)
    : { summary: [], mandatory: [] }
}

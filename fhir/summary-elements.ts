import { readFileSync } from 'node:fs'

interface SummaryElements {
  /** Elements of the summary: https://hl7.org/fhir/R4/search.html#summary */
  summary: readonly string[]
  /** Elements without which a resource of the type is not valid. */
  mandatory: readonly string[]
}

let table: Record<string, SummaryElements> | undefined

/** Read from the definitions of R4 by tools/compile-summary-elements.ts, when first asked for. */
export function summaryElements(type: string): SummaryElements {
  table ??= JSON.parse(readFileSync(new URL('./summary-elements.json', import.meta.url), 'utf8')) as Record<
    string,
    SummaryElements
  >
  return table[type] ?? { summary: [], mandatory: [] }
}

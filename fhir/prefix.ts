/** How a number or date of a search compares: https://hl7.org/fhir/R4/search.html#prefix */
export const prefixes = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const
export type Prefix = (typeof prefixes)[number]

/** `ge5` is `ge` and `5`; no prefix means `eq`. */
export function splitPrefix(text: string): [Prefix, string] {
  const start = text.slice(0, 2)
  const prefix = prefixes.find((each) => each === start)
  return prefix ? [prefix, text.slice(2)] : ['eq', text]
}

/**
 * Reads JSON of which nothing is certain: a record may lack any element, or have one of another type or of any size. What is not as
 * it should be counts as absent, so that a page shows the rest.
 */
export type Fields = Readonly<Record<string, unknown>>

/** No text of a record is longer on a page. Narratives and documents are shown elsewhere. */
const longestText = 4000

/** No list of a record is longer on a page. */
const longestList = 1000

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

/** A text that says something; without the space around it. */
export function textOf(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.slice(0, longestText).trim() : ''
  return text === '' ? undefined : text
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, longestList) : []
}

export function fieldsIn(value: unknown): Fields[] {
  return listOf(value).map(fieldsOf)
}

export function textsIn(value: unknown): string[] {
  return listOf(value).flatMap((each) => textOf(each) ?? [])
}

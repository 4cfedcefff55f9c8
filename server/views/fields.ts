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

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function flagOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** Texts of Annotations: https://hl7.org/fhir/R4/datatypes.html#Annotation */
export function notesIn(value: unknown): string[] {
  return fieldsIn(value).flatMap(({ text }) => textOf(text) ?? [])
}

/** Whether a table has a row for a code. A record may say "constructor", which every object has without being asked. */
export function isKeyOf<Table extends object>(
  table: Table,
  code: string | undefined,
): code is keyof Table & string {
  return code !== undefined && Object.hasOwn(table, code)
}

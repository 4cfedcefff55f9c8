import { fieldsOf, listOf, textOf } from '../fields.ts'

/** A reference to a record of this server, with what the record that refers calls it. */
export interface ReferenceEntry {
  type: string | undefined
  id: string | undefined
  display: string | undefined
}

export function referenceOf(value: unknown): ReferenceEntry | undefined {
  const fields = fieldsOf(value)
  const display = textOf(fields.display)
  const [, type, id] =
    /^([A-Za-z]+)\/([A-Za-z0-9.-]{1,64})(?:\/_history\/.*)?$/.exec(textOf(fields.reference) ?? '') ?? []
  return type === undefined && display === undefined ? undefined : { type, id, display }
}

/** The ids of a list of references that lead to a type. */
export function idsOf(type: string, value: unknown): string[] {
  return listOf(value).flatMap((each) => {
    const reference = referenceOf(each)
    return reference?.type === type && reference.id !== undefined ? [reference.id] : []
  })
}

/** What the record calls whom it refers to; undefined when it gives no name. */
export function nameOfReference(value: unknown): string | undefined {
  return referenceOf(value)?.display
}

export function namesOfReferences(value: unknown): string[] {
  return listOf(value).flatMap((each) => nameOfReference(each) ?? [])
}

import { fieldsOf, textOf } from '../fields.ts'

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

import { type Fields, fieldsOf, numberOf, textOf } from '../fields.ts'

/** https://hl7.org/fhir/R4/datatypes.html#Quantity */
export interface QuantityEntry {
  number: number | undefined
  /** `<`, `<=`, `>=`, `>`. */
  comparator: string | undefined
  /** As the record writes it for people, else the code. */
  unit: string | undefined
  /** In UCUM, when it is. */
  code: string | undefined
}

export function quantityOf(value: unknown): QuantityEntry | undefined {
  const fields: Fields = fieldsOf(value)
  const number = numberOf(fields.value)
  const code = textOf(fields.code)
  const unit = textOf(fields.unit) ?? code
  return number === undefined && unit === undefined
    ? undefined
    : { number, comparator: textOf(fields.comparator), unit, code }
}

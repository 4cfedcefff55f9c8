import { type Concept, conceptOf } from '../concept.ts'
import { type Fields, fieldsIn, fieldsOf, listOf, notesIn, textOf } from '../fields.ts'
import { dateOf, dateTextOf, type Entry } from './entry.ts'
import { nameOfReference, referenceOf } from './reference.ts'

/** https://hl7.org/fhir/R4/procedure.html */
export interface ProcedureEntry extends Entry {
  what: Concept
  /** preparation, in-progress, not-done, on-hold, stopped, completed, entered-in-error, unknown. */
  status: string | undefined
  end: string | undefined
  reasons: readonly Concept[]
  bodySites: readonly Concept[]
  performer: string | undefined
  place: string | undefined
  notes: readonly string[]
  visit: string | undefined
}

export function readProcedure(fields: Fields): Omit<ProcedureEntry, 'type' | 'id'> {
  const period = fieldsOf(fields.performedPeriod)
  return {
    ...dateOf(fields.performedDateTime, period.start),
    what: conceptOf(fields.code),
    status: textOf(fields.status),
    end: dateTextOf(period.end),
    reasons: listOf(fields.reasonCode).map(conceptOf),
    bodySites: listOf(fields.bodySite).map(conceptOf),
    performer: fieldsIn(fields.performer).flatMap(({ actor }) => nameOfReference(actor) ?? [])[0],
    place: nameOfReference(fields.location),
    notes: notesIn(fields.note),
    visit: referenceOf(fields.encounter)?.id,
  }
}

/** https://hl7.org/fhir/R4/device.html */
export interface DeviceEntry extends Entry {
  what: Concept
  status: string | undefined
  name: string | undefined
  manufacturer: string | undefined
  lot: string | undefined
  serial: string | undefined
  expires: string | undefined
}

export function readDevice(fields: Fields): Omit<DeviceEntry, 'type' | 'id'> {
  return {
    ...dateOf(fields.manufactureDate),
    what: conceptOf(fields.type),
    status: textOf(fields.status),
    name: textOf(fieldsIn(fields.deviceName)[0]?.name),
    manufacturer: textOf(fields.manufacturer),
    lot: textOf(fields.lotNumber),
    serial: textOf(fields.serialNumber),
    expires: dateTextOf(fields.expirationDate),
  }
}

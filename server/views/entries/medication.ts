import { type Concept, codesOf, conceptOf } from '../concept.ts'
import { type Fields, fieldsIn, fieldsOf, flagOf, listOf, notesIn, numberOf, textOf } from '../fields.ts'
import { dateOf, dateTextOf, type Entry } from './entry.ts'
import { type QuantityEntry, quantityOf } from './quantity.ts'
import { nameOfReference, type ReferenceEntry, referenceOf } from './reference.ts'

/** How a medicine is taken: https://hl7.org/fhir/R4/dosage.html */
export interface DosageEntry {
  text: string | undefined
  patientInstruction: string | undefined
  asNeeded: boolean
  asNeededFor: Concept | undefined
  route: Concept | undefined
  dose: QuantityEntry | undefined
  /** So often in a period: 2 in 1 d. */
  frequency: number | undefined
  period: number | undefined
  /** s, min, h, d, wk, mo, a. */
  periodUnit: string | undefined
  /** MORN, AFT, EVE, NIGHT, PCM, ACM ... */
  when: readonly string[]
}

/** What prescriptions, statements and dispenses have in common. */
interface MedicineEntry extends Entry {
  /** What the record itself calls it. A Medication that it only refers to is in `medication`. */
  what: Concept
  medication: ReferenceEntry | undefined
  status: string | undefined
  dosages: readonly DosageEntry[]
  notes: readonly string[]
  visit: string | undefined
}

/** https://hl7.org/fhir/R4/medicationrequest.html */
export interface MedicationRequestEntry extends MedicineEntry {
  /** proposal, plan, order ...; a plan of somebody else's medicine is no prescription. */
  intent: string | undefined
  /** Reported by somebody, and not prescribed here. */
  isReported: boolean
  requester: string | undefined
  reasons: readonly Concept[]
  /** How often it may be handed out again. */
  refills: number | undefined
  quantity: QuantityEntry | undefined
  /** Until when it may be handed out. */
  validUntil: string | undefined
}

export function readMedicationRequest(fields: Fields): Omit<MedicationRequestEntry, 'type' | 'id'> {
  const dispense = fieldsOf(fields.dispenseRequest)
  return {
    ...dateOf(fields.authoredOn),
    ...medicineOf(fields, fields.dosageInstruction),
    visit: referenceOf(fields.encounter)?.id,
    intent: textOf(fields.intent),
    isReported: flagOf(fields.reportedBoolean) ?? fields.reportedReference !== undefined,
    requester: nameOfReference(fields.requester),
    reasons: listOf(fields.reasonCode).map(conceptOf),
    refills: numberOf(dispense.numberOfRepeatsAllowed),
    quantity: quantityOf(dispense.quantity),
    validUntil: dateTextOf(fieldsOf(dispense.validityPeriod).end),
  }
}

/** https://hl7.org/fhir/R4/medicationstatement.html */
export interface MedicationStatementEntry extends MedicineEntry {
  start: string | undefined
  end: string | undefined
  reasons: readonly Concept[]
  source: string | undefined
}

export function readMedicationStatement(fields: Fields): Omit<MedicationStatementEntry, 'type' | 'id'> {
  const period = fieldsOf(fields.effectivePeriod)
  return {
    // When it was said: a statement of today about last year is today's knowledge.
    ...dateOf(fields.dateAsserted, fields.effectiveDateTime, period.start),
    ...medicineOf(fields, fields.dosage),
    visit: referenceOf(fields.context)?.id,
    start: dateTextOf(fields.effectiveDateTime) ?? dateTextOf(period.start),
    end: dateTextOf(period.end),
    reasons: listOf(fields.reasonCode).map(conceptOf),
    source: nameOfReference(fields.informationSource),
  }
}

/** https://hl7.org/fhir/R4/medicationdispense.html */
export interface MedicationDispenseEntry extends MedicineEntry {
  quantity: QuantityEntry | undefined
  /** For how many days. */
  days: number | undefined
  /** Ids of the prescriptions. */
  requests: readonly string[]
  performer: string | undefined
}

export function readMedicationDispense(fields: Fields): Omit<MedicationDispenseEntry, 'type' | 'id'> {
  const [performer] = fieldsIn(fields.performer)
  return {
    ...dateOf(fields.whenHandedOver, fields.whenPrepared),
    ...medicineOf(fields, fields.dosageInstruction),
    visit: referenceOf(fields.context)?.id,
    quantity: quantityOf(fields.quantity),
    days: quantityOf(fields.daysSupply)?.number,
    requests: listOf(fields.authorizingPrescription).flatMap((each) => referenceOf(each)?.id ?? []),
    performer: nameOfReference(performer?.actor),
  }
}

/** The medicine is a code, a record inside of this one, or a Medication elsewhere, of which the reference may have a name. */
function medicineOf(fields: Fields, dosages: unknown) {
  const reference = referenceOf(fields.medicationReference)
  const local = textOf(fieldsOf(fields.medicationReference).reference)
  const contained = fieldsIn(fields.contained).find(({ id }) => local === `#${textOf(id)}`)
  const own = conceptOf(fields.medicationCodeableConcept ?? contained?.code)
  return {
    what: own.text === undefined && own.codings.length === 0 ? { ...own, text: reference?.display } : own,
    medication: reference,
    status: textOf(fields.status),
    dosages: fieldsIn(dosages).map(dosageOf),
    notes: notesIn(fields.note),
  }
}

function dosageOf(fields: Fields): DosageEntry {
  const repeat = fieldsOf(fieldsOf(fields.timing).repeat)
  const [amount] = fieldsIn(fields.doseAndRate)
  const { asNeededCodeableConcept, route } = fields
  return {
    text: textOf(fields.text),
    patientInstruction: textOf(fields.patientInstruction),
    asNeeded: flagOf(fields.asNeededBoolean) ?? asNeededCodeableConcept !== undefined,
    asNeededFor: asNeededCodeableConcept === undefined ? undefined : conceptOf(asNeededCodeableConcept),
    route: route === undefined ? undefined : conceptOf(route),
    dose: quantityOf(amount?.doseQuantity) ?? quantityOf(fieldsOf(amount?.doseRange).low),
    frequency: numberOf(repeat.frequency),
    period: numberOf(repeat.period),
    periodUnit: textOf(repeat.periodUnit),
    when: [
      ...listOf(repeat.when).flatMap((each) => textOf(each) ?? []),
      ...codesOf(conceptOf(fieldsOf(fields.timing).code)),
    ],
  }
}

/** The id of the Medication that a medicine's entry refers to. */
export function referredMedication(entry: Entry): string | undefined {
  const { medication } = entry as Entry & Partial<Pick<MedicineEntry, 'medication'>>
  return medication?.type === 'Medication' ? medication.id : undefined
}

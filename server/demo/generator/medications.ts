import type { CodeableConcept, Dosage, Quantity, Reference } from 'fhir/r4'
import { addDays, addMinutes, addMonths, toDay, toTime } from './calendar.ts'
import type { Chart } from './chart.ts'
import { coded, counted, quantity, type Unit, usCore } from './coding.ts'
import { type Medicine, type MedicineName, medicines } from './medicine-list.ts'
import type { Visit } from './visits.ts'

interface Prescription {
  name: MedicineName
  reason: Reference
  visit: Visit
}

/** A long-term medicine: a prescription for each year, the dispenses of the last one, and the statement of use. */
export function addLongMedication(
  chart: Chart,
  { name, reason, visits }: { name: MedicineName; reason: Reference; visits: readonly Visit[] },
): void {
  const yearly = visits.filter((visit, index) => index === 0 || isNewYear(visits[index - 1], visit))
  yearly.forEach((visit, index) => {
    const isLast = index === yearly.length - 1
    const request = addPrescription(chart, { name, reason, visit }, isLast ? 'active' : 'completed')
    if (!isLast) return
    const { days } = medicines[name]
    for (let fill = 0; fill < 4; fill += 1)
      addDispense(chart, { name, request, day: addDays(visit.date, fill * days), isFirst: fill === 0 })
    addUse(chart, name, reason, yearly[0] ?? visit)
  })
}

/** A medicine for a passing illness, dispensed on the same day. */
export function addShortMedication(chart: Chart, prescription: Prescription): void {
  const request = addPrescription(chart, prescription, 'completed')
  addDispense(chart, { name: prescription.name, request, day: prescription.visit.date, isFirst: true })
}

function isNewYear(previous: Visit | undefined, visit: Visit): boolean {
  return previous?.date.getUTCFullYear() !== visit.date.getUTCFullYear()
}

function addPrescription(
  chart: Chart,
  { name, reason, visit }: Prescription,
  status: 'active' | 'completed',
): Reference {
  const medicine: Medicine = medicines[name]
  return chart.add({
    resourceType: 'MedicationRequest',
    meta: usCore('us-core-medicationrequest'),
    status,
    intent: 'order',
    category: [coded('requestCategory', ['community', 'Community', 'For use at home'])],
    reportedBoolean: false,
    ...medicationOf(chart, medicine),
    subject: chart.subject,
    encounter: visit.encounter,
    authoredOn: toTime(visit.date),
    requester: chart.doctor,
    reasonReference: [reason],
    dosageInstruction: [dosageOf(medicine)],
    dispenseRequest: {
      validityPeriod: { start: toDay(visit.date), end: toDay(addMonths(visit.date, 12)) },
      numberOfRepeatsAllowed: medicine.days > 10 ? 3 : 0,
      quantity: amountOf(medicine),
      expectedSupplyDuration: quantity(medicine.days, ['days', 'd']),
    },
  })
}

function addDispense(
  chart: Chart,
  { name, request, day, isFirst }: { name: MedicineName; request: Reference; day: Date; isFirst: boolean },
): void {
  const medicine: Medicine = medicines[name]
  const handedOver = addMinutes(day, 90)
  if (handedOver >= chart.asOf) return
  chart.add({
    resourceType: 'MedicationDispense',
    meta: usCore('us-core-medicationdispense'),
    status: 'completed',
    ...medicationOf(chart, medicine),
    subject: chart.subject,
    performer: [{ actor: chart.clinic.pharmacy }],
    authorizingPrescription: [request],
    type: coded('actCode', isFirst ? ['FF', 'First Fill', 'First pack'] : ['RF', 'Refill']),
    quantity: amountOf(medicine),
    daysSupply: quantity(medicine.days, ['days', 'd']),
    whenPrepared: toTime(addMinutes(day, 60)),
    whenHandedOver: toTime(handedOver),
    dosageInstruction: [dosageOf(medicine)],
  })
}

function addUse(chart: Chart, name: MedicineName, reason: Reference, since: Visit): void {
  const medicine: Medicine = medicines[name]
  chart.add({
    resourceType: 'MedicationStatement',
    status: 'active',
    ...medicationOf(chart, medicine),
    subject: chart.subject,
    effectivePeriod: { start: toDay(since.date) },
    dateAsserted: toDay(since.date),
    informationSource: chart.subject,
    reasonReference: [reason],
    dosage: [dosageOf(medicine)],
  })
}

function medicationOf(
  chart: Chart,
  medicine: Medicine,
): { medicationReference: Reference } | { medicationCodeableConcept: CodeableConcept } {
  const medicationReference = chart.clinic.stock(medicine)
  return medicationReference
    ? { medicationReference }
    : { medicationCodeableConcept: coded('rxnorm', medicine.code) }
}

function dosageOf({
  instruction,
  timesADay,
  dose: [value, ...unit],
  route,
  asNeeded = false,
}: Medicine): Dosage {
  return {
    text: instruction,
    patientInstruction: instruction,
    timing: { repeat: { frequency: timesADay, period: 1, periodUnit: 'd' } },
    asNeededBoolean: asNeeded,
    route: coded('snomed', route ?? ['26643006', 'Oral route', 'By mouth']),
    doseAndRate: [{ doseQuantity: amount(value, unit) }],
  }
}

/** Tablets and puffs are counted, because an annotation such as {tbl} is not a unit that could be converted. */
function amount(value: number, unit: Unit): Quantity {
  const [written, code] = unit
  return code.startsWith('{') ? counted(value, written) : quantity(value, unit)
}

function amountOf({ days, timesADay, dose: [value, ...unit] }: Medicine) {
  return amount(Math.round(days * timesADay * value * 10) / 10, unit)
}

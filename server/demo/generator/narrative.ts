import type { CodeableConcept, FhirResource, Narrative, Quantity } from 'fhir/r4'

/**
 * The text of a record for people, made from its own elements (https://hl7.org/fhir/R4/narrative.html), mostly one line. It adds
 * nothing to the record. Undefined for a record without facts.
 */
export function narrativeOf(record: FhirResource): Narrative | undefined {
  const facts = factsOf(record)
  return facts.length === 0 ? undefined : write(facts)
}

/**
 * Adds the narrative to a new record. An existing narrative stays. The record is not copied, because that would take longer than
 * everything else.
 */
export function addNarrative(record: FhirResource): void {
  const written = record as { text?: Narrative }
  if (written.text) return
  const text = narrativeOf(record)
  if (text) written.text = text
}

/** Facts without words are left out. */
function write(facts: ReadonlyArray<string | undefined>): Narrative {
  let line = ''
  for (const fact of facts) if (fact) line += line === '' ? escapeXhtml(fact) : `, ${escapeXhtml(fact)}`
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${line}</p></div>` }
}

const special = /[&<>"]/
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeXhtml(text: string): string {
  return special.test(text) ? text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign) : text
}

type Facts = Array<string | undefined>

function factsOf(record: FhirResource): Facts {
  switch (record.resourceType) {
    case 'Patient':
    case 'Practitioner':
    case 'RelatedPerson':
      return ofPerson(record)
    case 'Organization':
    case 'Location':
      return [record.name, ...(record.type ?? []).map(words)]
    case 'PractitionerRole':
      return [record.practitioner?.display, ...(record.code ?? []).map(words), record.organization?.display]
    case 'Observation':
      return ofObservation(record)
    case 'Medication':
      return [words(record.code)]
    case 'MedicationRequest':
    case 'MedicationStatement':
    case 'MedicationDispense':
      return ofMedicine(record)
    case 'Goal':
      return [words(record.description), record.lifecycleStatus, day(record.startDate)]
    case 'CareTeam':
      return [record.name, ...(record.participant ?? []).map(({ member }) => member?.display)]
    case 'Coverage':
      return [words(record.type), ...record.payor.map(({ display }) => display), record.status]
    case 'Encounter':
      return [...(record.type ?? []).map(words), day(record.period?.start), record.status]
    case 'Provenance':
      return [...record.agent.map(({ who }) => who.display), day(record.recorded)]
    default:
      return ofStatement(record)
  }
}

interface Named {
  name?: ReadonlyArray<{ text?: string | undefined }> | undefined
  birthDate?: string | undefined
}

function ofPerson({ name, birthDate }: Named): Facts {
  return [name?.[0]?.text, birthDate && `born ${birthDate}`]
}

function ofObservation(record: Extract<FhirResource, { resourceType: 'Observation' }>): Facts {
  return [
    `${words(record.code)}${say(record)}`,
    ...(record.component ?? []).map((part) => `${words(part.code)}${say(part)}`),
    day(record.effectiveDateTime ?? record.effectivePeriod?.start),
  ]
}

interface Valued {
  valueQuantity?: Quantity | undefined
  valueCodeableConcept?: CodeableConcept | undefined
  valueString?: string | undefined
  valueInteger?: number | undefined
}

/** `: 36.7 °C`; nothing without a value. */
function say({ valueQuantity, valueCodeableConcept, valueString, valueInteger }: Valued): string {
  const value = valueQuantity
    ? `${valueQuantity.value} ${valueQuantity.unit ?? ''}`.trimEnd()
    : (words(valueCodeableConcept) ?? valueString ?? valueInteger)
  return value === undefined ? '' : `: ${value}`
}

type MedicineType = 'MedicationRequest' | 'MedicationStatement' | 'MedicationDispense'

function ofMedicine(record: Extract<FhirResource, { resourceType: MedicineType }>): Facts {
  const when =
    record.resourceType === 'MedicationRequest'
      ? record.authoredOn
      : record.resourceType === 'MedicationStatement'
        ? record.dateAsserted
        : record.whenHandedOver
  return [
    record.medicationReference?.display ?? words(record.medicationCodeableConcept),
    record.status,
    day(when),
  ]
}

/** A statement about a patient: what it is, its status, and since when. */
interface Statement {
  code?: CodeableConcept
  type?: CodeableConcept | string
  vaccineCode?: CodeableConcept
  clinicalStatus?: CodeableConcept
  status?: string
  onsetDateTime?: string
  recordedDate?: string
  occurrenceDateTime?: string
  performedDateTime?: string
  performedPeriod?: { start?: string }
  effectiveDateTime?: string
  receivedTime?: string
  date?: string
}

function ofStatement(record: FhirResource): Facts {
  const said = record as unknown as Statement
  const type = typeof said.type === 'object' ? said.type : undefined
  const what = words(said.code) ?? words(said.vaccineCode) ?? words(type)
  if (what === undefined) return []
  return [what, words(said.clinicalStatus) ?? said.status, day(whenOf(said))]
}

function whenOf(said: Statement): string | undefined {
  return (
    said.onsetDateTime ??
    said.occurrenceDateTime ??
    said.performedDateTime ??
    said.performedPeriod?.start ??
    said.effectiveDateTime ??
    said.receivedTime ??
    said.date ??
    said.recordedDate
  )
}

function words(concept: CodeableConcept | undefined): string | undefined {
  return concept?.text ?? concept?.coding?.[0]?.display
}

function day(moment: string | undefined): string | undefined {
  return moment?.slice(0, 10)
}

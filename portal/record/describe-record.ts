import type { FhirResource } from 'fhir/r4'
import { isListed, type ListedType } from '#fhir/scope/record-types.ts'
import { formatFhirDate } from '../components/format-date.ts'
import {
  conceptText,
  conceptTexts,
  identifierText,
  joinParts,
  joinWords,
  noBreak,
  periodText,
  quantityText,
  referenceText,
  sentence,
  valueText,
} from './fhir-text.ts'

/** One record as a line that a person can read. */
export interface RecordLine {
  id: string
  title: string
  /** The measured value. It stands out beside the title. */
  value?: string | undefined
  details?: string | undefined
  /** The date as written in the record; the newest line comes first. */
  date?: string | undefined
  dateText?: string | undefined
  status?: string | undefined
}

type OfType<Type extends FhirResource['resourceType']> = Extract<FhirResource, { resourceType: Type }>
type Describe<Type extends FhirResource['resourceType']> = (resource: OfType<Type>) => Omit<RecordLine, 'id'>

/** A line for each type that a section lists. A status that everybody expects ("completed") is left out. */
const describers: { [Type in ListedType]: Describe<Type> } = {
  Immunization: (it) => ({
    title: conceptText(it.vaccineCode) ?? 'Immunization',
    date: it.occurrenceDateTime,
    dateText: it.occurrenceDateTime ? undefined : it.occurrenceString,
    details: joinParts(' · ', [
      it.protocolApplied?.[0]?.doseNumberPositiveInt === undefined
        ? undefined
        : `Dose ${it.protocolApplied[0].doseNumberPositiveInt}`,
      it.lotNumber && `Lot ${it.lotNumber}`,
      referenceText(it.performer?.[0]?.actor) ?? referenceText(it.location),
    ]),
    status: unlessExpected(it.status, ['completed']),
  }),
  AllergyIntolerance: (it) => ({
    title: conceptText(it.code) ?? 'Allergy',
    date: it.recordedDate ?? it.onsetDateTime,
    details: joinParts(' · ', [
      joinWords(it.reaction?.map((reaction) => conceptTexts(reaction.manifestation))),
      it.criticality && `${sentence(it.criticality)} risk`,
    ]),
    status: sentence(it.clinicalStatus?.coding?.[0]?.code),
  }),
  Condition: (it) => ({
    title: conceptText(it.code) ?? 'Condition',
    date: it.onsetDateTime ?? it.onsetPeriod?.start ?? it.recordedDate,
    details: joinParts(' · ', [
      it.abatementDateTime && `ended ${formatFhirDate(it.abatementDateTime)}`,
      conceptText(it.severity),
    ]),
    status: sentence(it.clinicalStatus?.coding?.[0]?.code),
  }),
  MedicationRequest: (it) => ({
    title: conceptText(it.medicationCodeableConcept) ?? referenceText(it.medicationReference) ?? 'Medication',
    date: it.authoredOn,
    details: joinParts(' · ', [
      joinParts('; ', it.dosageInstruction?.map(({ text }) => text) ?? []),
      referenceText(it.requester) && `prescribed by ${referenceText(it.requester)}`,
    ]),
    status: sentence(it.status),
  }),
  MedicationStatement: (it) => ({
    title: conceptText(it.medicationCodeableConcept) ?? referenceText(it.medicationReference) ?? 'Medication',
    date: it.effectiveDateTime ?? it.effectivePeriod?.start ?? it.dateAsserted,
    details: joinParts('; ', it.dosage?.map(({ text }) => text) ?? []),
    status: sentence(it.status),
  }),
  MedicationDispense: (it) => ({
    title: conceptText(it.medicationCodeableConcept) ?? referenceText(it.medicationReference) ?? 'Medication',
    date: it.whenHandedOver ?? it.whenPrepared,
    details: joinParts(' · ', [
      'handed out',
      quantityText(it.quantity),
      quantityText(it.daysSupply) && `for ${quantityText(it.daysSupply)}`,
    ]),
    status: unlessExpected(it.status, ['completed']),
  }),
  Observation: (it) => ({
    title: conceptText(it.code) ?? 'Measurement',
    value: valueText(it) ?? componentsText(it),
    date: it.effectiveDateTime ?? it.effectivePeriod?.start ?? it.issued,
    details: joinParts(' · ', [
      conceptTexts(it.interpretation),
      it.referenceRange?.[0]?.text ? `usual: ${it.referenceRange[0].text}` : undefined,
    ]),
    status: unlessExpected(it.status, ['final', 'amended', 'corrected']),
  }),
  DiagnosticReport: (it) => ({
    title: conceptText(it.code) ?? 'Report',
    date: it.effectiveDateTime ?? it.effectivePeriod?.start ?? it.issued,
    details: joinParts(' · ', [
      it.conclusion,
      it.result?.length
        ? `Report with ${it.result.length} ${it.result.length === 1 ? 'result' : 'results'}`
        : 'Report',
      referenceText(it.performer?.[0]),
    ]),
    status: unlessExpected(it.status, ['final', 'amended', 'corrected']),
  }),
  Encounter: (it) => ({
    title: conceptText(it.type?.[0]) ?? it.class.display ?? 'Visit',
    date: it.period?.start,
    details: joinParts(' · ', [
      conceptTexts(it.reasonCode),
      referenceText(it.participant?.[0]?.individual),
      referenceText(it.location?.[0]?.location) ?? referenceText(it.serviceProvider),
    ]),
    status: unlessExpected(it.status, ['finished']),
  }),
  Procedure: (it) => ({
    title: conceptText(it.code) ?? 'Procedure',
    date: it.performedDateTime ?? it.performedPeriod?.start,
    details: joinParts(' · ', [conceptTexts(it.reasonCode), referenceText(it.performer?.[0]?.actor)]),
    status: unlessExpected(it.status, ['completed']),
  }),
  Device: (it) => ({
    title: conceptText(it.type) ?? it.deviceName?.[0]?.name ?? 'Device',
    date: it.manufactureDate,
    details: joinParts(' · ', ['implanted device', it.manufacturer]),
    status: sentence(it.status),
  }),
  DocumentReference: (it) => ({
    title: conceptText(it.type) ?? it.description ?? it.content?.[0]?.attachment.title ?? 'Document',
    date: it.date ?? it.context?.period?.start,
    details: joinParts(' · ', [conceptTexts(it.category), referenceText(it.author?.[0])]),
    status: unlessExpected(it.status, ['current']),
  }),
  CareTeam: (it) => ({
    title: it.name ?? conceptTexts(it.category) ?? conceptTexts(it.reasonCode) ?? 'Care team',
    date: it.period?.start,
    details: joinParts(
      ' · ',
      it.participant?.map(({ member, role }) =>
        joinParts(', ', [referenceText(member), conceptTexts(role)]),
      ) ?? [],
    ),
    status: sentence(it.status),
  }),
  CarePlan: (it) => ({
    title:
      it.title ??
      conceptTexts(it.category?.filter((each) => conceptText(each) !== 'assess-plan')) ??
      'Care plan',
    date: it.period?.start,
    details: joinParts(' · ', [
      it.description,
      joinWords(it.activity?.map((each) => conceptText(each.detail?.code))),
    ]),
    status: sentence(it.status),
  }),
  Goal: (it) => ({
    title: conceptText(it.description) ?? 'Goal',
    date: it.startDate,
    details: it.target?.[0]?.dueDate && `until ${formatFhirDate(it.target[0].dueDate)}`,
    status: sentence(conceptText(it.achievementStatus) ?? it.lifecycleStatus),
  }),
  ServiceRequest: (it) => ({
    title: conceptText(it.code) ?? 'Order or referral',
    date: it.authoredOn ?? it.occurrenceDateTime,
    details: joinParts(' · ', ['order or referral', conceptTexts(it.reasonCode)]),
    status: sentence(it.status),
  }),
  Coverage: (it) => ({
    title: referenceText(it.payor[0]) ?? conceptText(it.type) ?? 'Insurance',
    date: it.period?.start,
    details: joinParts(' · ', [
      conceptText(it.type),
      it.class?.[0]?.name,
      (it.subscriberId ?? identifierText(it.identifier)) &&
        `Member ${it.subscriberId ?? identifierText(it.identifier)}`,
      periodText(it.period),
    ]),
    status: unlessExpected(it.status, ['active']),
  }),
}

export function describeRecord(resource: FhirResource): RecordLine {
  const { resourceType } = resource
  const describe = isListed(resourceType)
    ? (describers[resourceType] as (it: FhirResource) => Omit<RecordLine, 'id'>)
    : undefined
  const line = describe?.(resource) ?? { title: resourceType }
  return {
    ...line,
    id: `${resource.resourceType}/${resource.id ?? ''}`,
    dateText: line.dateText ?? (line.date && formatFhirDate(line.date)),
  }
}

/** Newest first; records without a date come last. */
export function byNewest(left: RecordLine, right: RecordLine): number {
  return (right.date ?? '').localeCompare(left.date ?? '') || left.title.localeCompare(right.title)
}

/** A blood pressure has its two values in components. */
function componentsText({ component = [] }: OfType<'Observation'>): string | undefined {
  const values = component.map((each) => ({ name: conceptText(each.code), value: valueText(each) }))
  const systolic = values.find(({ name }) => /systolic/i.test(name ?? ''))?.value
  const diastolic = values.find(({ name }) => /diastolic/i.test(name ?? ''))?.value
  if (systolic && diastolic) return [`${Number.parseFloat(systolic)}`, '/', diastolic].join(noBreak)
  return joinParts(
    '; ',
    values.map(({ name, value }) => value && joinParts(': ', [name, value])),
  )
}

function unlessExpected(status: string | undefined, expected: string[]): string | undefined {
  return status !== undefined && expected.includes(status) ? undefined : sentence(status)
}

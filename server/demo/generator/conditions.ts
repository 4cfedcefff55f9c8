import type { CodeableConcept, Reference } from 'fhir/r4'
import { addDays, toDay } from './calendar.ts'
import type { Chart } from './chart.ts'
import { type Coded, coded, usCore } from './coding.ts'
import type { LongIllness, ShortIllness } from './illnesses.ts'
import type { Visit } from './visits.ts'

/** A long-term illness, on the list of problems since `onset`. */
export function addProblem(chart: Chart, illness: LongIllness, onset: Date): Reference {
  const code = diagnosis(illness)
  return chart.add(
    {
      resourceType: 'Condition',
      meta: usCore('us-core-condition-problems-health-concerns'),
      clinicalStatus: coded('conditionClinical', ['active', 'Active']),
      verificationStatus: coded('conditionVerification', ['confirmed', 'Confirmed']),
      category: [
        coded('conditionCategory', ['problem-list-item', 'Problem List Item', 'Long-term health problem']),
      ],
      code,
      subject: chart.subject,
      onsetDateTime: toDay(onset),
      recordedDate: toDay(onset),
      recorder: chart.doctor,
      asserter: chart.doctor,
    },
    code.text,
  )
}

/** A passing illness that a visit found. */
export function addDiagnosis(chart: Chart, illness: ShortIllness, visit: Visit): Reference {
  const code = diagnosis(illness)
  const over = addDays(visit.date, illness.days)
  const isOver = over < chart.asOf
  return chart.add(
    {
      resourceType: 'Condition',
      meta: usCore('us-core-condition-encounter-diagnosis'),
      clinicalStatus: coded('conditionClinical', isOver ? ['resolved', 'Resolved'] : ['active', 'Active']),
      verificationStatus: coded('conditionVerification', ['confirmed', 'Confirmed']),
      category: [
        coded('conditionCategory', ['encounter-diagnosis', 'Encounter Diagnosis', 'Found at a visit']),
      ],
      code,
      subject: chart.subject,
      encounter: visit.encounter,
      onsetDateTime: toDay(addDays(visit.date, -2)),
      ...(isOver && { abatementDateTime: toDay(over) }),
      recordedDate: toDay(visit.date),
      recorder: chart.doctor,
      asserter: chart.doctor,
    },
    code.text,
  )
}

function diagnosis({ snomed, icd10 }: { snomed: Coded; icd10: Coded }): CodeableConcept {
  const both = [coded('snomed', snomed), coded('icd10', icd10)]
  return { coding: both.flatMap(({ coding = [] }) => coding), text: snomed[2] ?? snomed[1] }
}

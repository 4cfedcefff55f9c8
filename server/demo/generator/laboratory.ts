import type { Observation, Reference } from 'fhir/r4'
import { addMinutes, toTime } from './calendar.ts'
import type { Chart } from './chart.ts'
import { coded, quantity, usCore } from './coding.ts'
import { type LabPanel, type LabTest, type PanelName, panels } from './laboratory-panels.ts'
import type { Dice } from './random-source.ts'
import type { Visit } from './visits.ts'

const laboratoryProcedure = ['108252007', 'Laboratory procedure', 'Laboratory test'] as const

/** The order, the sample, each result, and the report that gathers them. */
export function addLabPanel(
  chart: Chart,
  dice: Dice,
  visit: Visit,
  { name, illnesses }: { name: PanelName; illnesses: readonly string[] },
): void {
  const panel: LabPanel = panels[name]
  const about = { subject: chart.subject, encounter: visit.encounter }
  const order = chart.add(
    {
      resourceType: 'ServiceRequest',
      meta: usCore('us-core-servicerequest'),
      status: 'completed',
      intent: 'order',
      category: [coded('snomed', laboratoryProcedure)],
      code: coded('loinc', panel.code),
      ...about,
      occurrenceDateTime: toTime(visit.date),
      authoredOn: toTime(visit.date),
      requester: chart.doctor,
      performer: [chart.clinic.laboratory],
    },
    panel.code[2] ?? panel.code[1],
  )
  const collected = addMinutes(visit.date, 15)
  const specimen = chart.add({
    resourceType: 'Specimen',
    meta: usCore('us-core-specimen'),
    status: 'available',
    type: coded('snomed', panel.specimen),
    subject: chart.subject,
    receivedTime: toTime(addMinutes(collected, 180)),
    request: [order],
    collection: { collector: chart.doctor, collectedDateTime: toTime(collected) },
  })
  // Results are known on the same evening, because a report must not lie after the day of the data.
  const issued = toTime(addMinutes(collected, 360))
  const results = panel.tests.map((test) =>
    chart.add({
      ...resultOf(test, dice, illnesses),
      ...about,
      effectiveDateTime: toTime(collected),
      issued,
      performer: [chart.clinic.laboratory],
      specimen,
      basedOn: [order],
    }),
  )
  chart.add({
    resourceType: 'DiagnosticReport',
    meta: usCore('us-core-diagnosticreport-lab'),
    basedOn: [order],
    status: 'final',
    category: [coded('reportCategory', ['LAB', 'Laboratory'])],
    code: coded('loinc', panel.code),
    ...about,
    effectiveDateTime: toTime(collected),
    issued,
    performer: [chart.clinic.laboratory],
    specimen: [specimen],
    result: withTitles(results, panel),
  })
}

function withTitles(results: Reference[], { tests }: LabPanel): Reference[] {
  return results.map((result, index) => ({ ...result, display: tests[index]?.code[2] ?? '' }))
}

function resultOf(test: LabTest, dice: Dice, illnesses: readonly string[]): Observation {
  const ill = Object.entries(test.illness ?? {}).find(([illness]) => illnesses.includes(illness))?.[1]
  const [low, high] = ill ?? test.normal
  const value = dice.between(low, high, test.decimals)
  return {
    resourceType: 'Observation',
    meta: usCore('us-core-observation-lab'),
    status: 'final',
    category: [coded('observationCategory', ['laboratory', 'Laboratory', 'Lab result'])],
    code: coded('loinc', test.code),
    valueQuantity: quantity(value, test.unit),
    interpretation: [coded('interpretation', interpret(value, test.normal))],
    referenceRange: [
      {
        low: quantity(test.normal[0], test.unit),
        high: quantity(test.normal[1], test.unit),
        text: `${test.normal[0]} to ${test.normal[1]} ${test.unit[0]}`,
      },
    ],
  }
}

function interpret(value: number, [low, high]: readonly [number, number]) {
  if (value > high) return ['H', 'High'] as const
  return value < low ? (['L', 'Low'] as const) : (['N', 'Normal'] as const)
}

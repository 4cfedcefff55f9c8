import type { Reference } from 'fhir/r4'
import { addMinutes, addMonths, atHour, openDay, toDay, toTime } from './calendar.ts'
import type { Chart } from './chart.ts'
import { type Coded, coded, usCore } from './coding.ts'

/** SNOMED CT codes of what is done to find or treat an illness. */
export const procedures = {
  colonoscopy: ['73761001', 'Colonoscopy'],
  electrocardiogram: ['29303009', 'Electrocardiographic procedure', 'Electrocardiogram (ECG)'],
  spirometry: ['127783003', 'Spirometry', 'Breathing test (spirometry)'],
  pacemaker: ['307280005', 'Implantation of cardiac pacemaker', 'Pacemaker put in'],
  kneeReplacement: ['609588000', 'Total knee replacement', 'Knee replaced'],
  appendectomy: ['80146002', 'Appendectomy', 'Appendix taken out'],
} as const satisfies Record<string, Coded>

export interface Done {
  name: keyof typeof procedures
  day: Date
  minutes: number
  reason?: Reference
  device?: Reference
}

export function addProcedure(chart: Chart, { name, day, minutes, reason, device }: Done): Reference {
  const code = coded('snomed', procedures[name])
  const start = atHour(openDay(day), 15)
  const order = chart.add({
    resourceType: 'ServiceRequest',
    meta: usCore('us-core-servicerequest'),
    status: 'completed',
    intent: 'order',
    category: [coded('snomed', ['387713003', 'Surgical procedure', 'Procedure'])],
    code,
    subject: chart.subject,
    occurrenceDateTime: toTime(start),
    authoredOn: toDay(addMonths(start, -1)),
    requester: chart.doctor,
    ...(reason && { reasonReference: [reason] }),
  })
  return chart.add(
    {
      resourceType: 'Procedure',
      meta: usCore('us-core-procedure'),
      basedOn: [order],
      status: 'completed',
      code,
      subject: chart.subject,
      performedPeriod: { start: toTime(start), end: toTime(addMinutes(start, minutes)) },
      performer: [{ actor: chart.doctor, onBehalfOf: chart.clinic.practice }],
      location: chart.clinic.office,
      ...(reason && { reasonReference: [reason] }),
      ...(device && {
        focalDevice: [
          { action: coded('snomed', ['129336009', 'Implantation - action', 'Put in']), manipulated: device },
        ],
      }),
    },
    code.text,
  )
}

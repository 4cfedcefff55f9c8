import type { FhirResource } from 'fhir/r4'
import { addMinutes, toTime } from './calendar.ts'
import type { Chart } from './chart.ts'
import { coded, usCore } from './coding.ts'
import type { Visit } from './visits.ts'

/** The origin of the records of a visit: the doctor as author, for the practice. */
export function addProvenance(chart: Chart, visit: Visit, records: readonly FhirResource[]): void {
  chart.add({
    resourceType: 'Provenance',
    meta: usCore('us-core-provenance'),
    target: records.map(({ resourceType, id }) => ({ reference: `${resourceType}/${id}` })),
    occurredDateTime: toTime(visit.date),
    recorded: toTime(addMinutes(visit.date, 420)),
    agent: [
      {
        type: coded('provenanceParticipant', ['author', 'Author']),
        who: chart.doctor,
        onBehalfOf: chart.clinic.practice,
      },
      {
        type: coded('usCoreParticipant', ['transmitter', 'Transmitter']),
        who: chart.clinic.practice,
      },
    ],
  })
}

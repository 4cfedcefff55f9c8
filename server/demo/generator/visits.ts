import type { Reference } from 'fhir/r4'
import { addDays, addMinutes, atHour, openDay, toDay, toTime } from './calendar.ts'
import type { Chart } from './chart.ts'
import { type Coded, coded, usCore } from './coding.ts'
import type { Dice } from './random-source.ts'

/** A visit to the practice, which other records belong to. */
export interface Visit {
  kind: VisitKind
  /** When it began. */
  date: Date
  encounter: Reference
}

/** SNOMED CT types of encounter. */
const kinds = {
  wellChild: ['410620009', 'Well child visit', 'Well-child visit'],
  checkUp: ['185349003', 'Encounter for check up', 'Yearly check-up'],
  followUp: ['390906007', 'Follow-up encounter', 'Follow-up visit'],
  symptom: ['185345009', 'Encounter for symptom', 'Visit for a health problem'],
} as const satisfies Record<string, Coded>

export type VisitKind = keyof typeof kinds

/** Undefined when the practice would first be open at or after the day of the data. */
export function addVisit(
  chart: Chart,
  dice: Dice,
  { kind, day, reason }: { kind: VisitKind; day: Date; reason?: Coded },
): Visit | undefined {
  const date = atHour(openDay(day), dice.whole(14, 20), dice.pick([0, 15, 30, 45]))
  if (date >= addDays(chart.asOf, -1)) return undefined
  const period = { start: toTime(date), end: toTime(addMinutes(date, dice.pick([15, 20, 30, 40]))) }
  const encounter = chart.add(
    {
      resourceType: 'Encounter',
      meta: usCore('us-core-encounter'),
      identifier: [
        { system: 'urn:oid:2.25.305419896.2', value: `V-${toDay(date)}-${chart.person.id.slice(0, 6)}` },
      ],
      status: 'finished',
      class: {
        system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
        code: 'AMB',
        display: 'ambulatory',
      },
      type: [coded('snomed', kinds[kind])],
      subject: chart.subject,
      participant: [
        {
          type: [coded('participation', ['PPRF', 'primary performer', 'Doctor in charge'])],
          period,
          individual: chart.doctor,
        },
      ],
      period,
      ...(reason && { reasonCode: [coded('snomed', reason)] }),
      location: [{ location: chart.clinic.office }],
      serviceProvider: chart.clinic.practice,
    },
    `${kinds[kind][2]} on ${toDay(date)}`,
  )
  return { kind, date, encounter }
}

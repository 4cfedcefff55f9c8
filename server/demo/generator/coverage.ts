import type { Reference } from 'fhir/r4'
import { addYears, toDay } from './calendar.ts'
import type { Chart } from './chart.ts'
import { coded, usCore } from './coding.ts'
import { diceFor } from './random-source.ts'

/** The family's insurance. A child is insured through its guardian, whose number the plan knows. */
export function addCoverage(chart: Chart, guardian: Reference | undefined): void {
  // The dice are the family's, because all of a family have the same insurer and group.
  const family = chart.person.place.replace(/\/member\/\d+$/, '')
  const dice = diceFor(`${family}/insurance`)
  const payor = dice.pick(chart.clinic.insurers)
  const group = `G-${dice.whole(10_000, 99_999)}`
  const memberId = `M${dice.whole(10_000_000, 99_999_999)}`
  const started = addYears(chart.asOf, -1)
  const start = `${started.getUTCFullYear()}-01-01`
  const born = toDay(chart.person.birth)
  chart.add({
    resourceType: 'Coverage',
    meta: usCore('us-core-coverage'),
    identifier: [
      {
        type: coded('identifierType', ['MB', 'Member Number', 'Member number']),
        system: 'urn:oid:2.25.305419896.3',
        value: memberId,
      },
    ],
    status: 'active',
    type: coded('payer', ['5', 'PRIVATE HEALTH INSURANCE', 'Health insurance']),
    subscriber: guardian ?? chart.subject,
    subscriberId: memberId,
    beneficiary: chart.subject,
    relationship: coded('subscriberRelationship', guardian ? ['child', 'Child'] : ['self', 'Self']),
    period: { start: born > start ? born : start },
    payor: [payor],
    class: [
      { type: coded('coverageClass', ['group', 'Group']), value: group, name: 'Group plan' },
      { type: coded('coverageClass', ['plan', 'Plan']), value: 'FAMILY-1', name: 'Family plan' },
    ],
  })
}

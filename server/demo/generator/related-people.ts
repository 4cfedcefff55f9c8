import type { Reference } from 'fhir/r4'
import { toDay } from './calendar.ts'
import { type Chart, fullName } from './chart.ts'
import { coded, usCore } from './coding.ts'

/** Adds the adults who look after a child. Returns the first of them. */
export function addGuardians(chart: Chart): Reference | undefined {
  const { home, background } = chart.person
  const references = chart.person.guardians.map(({ given, family, gender, birth }) =>
    chart.add(
      {
        resourceType: 'RelatedPerson',
        meta: usCore('us-core-relatedperson'),
        active: true,
        patient: chart.subject,
        relationship: [
          coded('roleCode', gender === 'female' ? ['MTH', 'mother', 'Mother'] : ['FTH', 'father', 'Father']),
        ],
        name: [{ use: 'official', text: fullName({ given, family }), family, given: [given] }],
        telecom: [{ system: 'phone', value: home.phone, use: 'home' }],
        gender,
        birthDate: toDay(birth),
        address: [
          {
            use: 'home',
            line: [home.street],
            city: home.city,
            state: home.state,
            postalCode: home.zip,
            country: 'US',
          },
        ],
        communication: [{ language: coded('language', background.language), preferred: true }],
      },
      fullName({ given, family }),
    ),
  )
  return references[0]
}

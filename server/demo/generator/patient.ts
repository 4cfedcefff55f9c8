import type { Extension, Patient } from 'fhir/r4'
import { toDay } from './calendar.ts'
import { fullName } from './chart.ts'
import type { Clinic } from './clinic.ts'
import { coded, usCore } from './coding.ts'
import type { Person } from './family-plan.ts'
import type { Background } from './origins.ts'

const extensionOf = (name: string) => `http://hl7.org/fhir/us/core/StructureDefinition/${name}`
const censusSystem = 'urn:oid:2.16.840.1.113883.6.238'

export function patientOf(person: Person, clinic: Clinic): Patient {
  const { given, middle, family, gender, home } = person
  const isChild = person.role === 'child'
  const email = `${given}.${family}.${person.id.slice(0, 4)}@example.com`.toLowerCase()
  const doctor = clinic.doctors[person.doctor] ?? clinic.doctors[0]
  return {
    resourceType: 'Patient',
    id: person.id,
    meta: usCore('us-core-patient'),
    extension: [
      race(person.background),
      ethnicity(person.background),
      { url: extensionOf('us-core-birthsex'), valueCode: gender === 'female' ? 'F' : 'M' },
    ],
    identifier: [
      {
        use: 'usual',
        type: coded('identifierType', ['MR', 'Medical record number']),
        system: 'urn:oid:2.25.305419896.1',
        value: `MR-${person.id.slice(0, 8).toUpperCase()}`,
        assigner: clinic.practice,
      },
    ],
    active: true,
    name: [{ use: 'official', text: fullName(person), family, given: [given, middle] }],
    telecom: [
      { system: 'phone', value: home.phone, use: 'home' },
      ...(isChild ? [] : [{ system: 'email', value: email, use: 'home' } as const]),
    ],
    gender,
    birthDate: toDay(person.birth),
    deceasedBoolean: false,
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
    maritalStatus: coded('maritalStatus', maritalStatus[person.role]),
    communication: [{ language: coded('language', person.background.language), preferred: true }],
    generalPractitioner: [doctor],
    managingOrganization: clinic.practice,
  }
}

const maritalStatus = {
  parent: ['M', 'Married'],
  elder: ['M', 'Married'],
  single: ['S', 'Never Married', 'Single'],
  child: ['S', 'Never Married', 'Single'],
} as const

function race({ race: [code, display] }: Background): Extension {
  return {
    url: extensionOf('us-core-race'),
    extension: [
      { url: 'ombCategory', valueCoding: { system: censusSystem, code, display } },
      { url: 'text', valueString: display },
    ],
  }
}

function ethnicity({ isHispanic }: Background): Extension {
  const [code, display] = isHispanic ? ['2135-2', 'Hispanic or Latino'] : ['2186-5', 'Not Hispanic or Latino']
  return {
    url: extensionOf('us-core-ethnicity'),
    extension: [
      { url: 'ombCategory', valueCoding: { system: censusSystem, code, display } },
      { url: 'text', valueString: display },
    ],
  }
}

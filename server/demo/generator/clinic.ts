import type {
  FhirResource,
  Location,
  Medication,
  Organization,
  Practitioner,
  PractitionerRole,
  Reference,
} from 'fhir/r4'
import { coded, usCore } from './coding.ts'
import { idOf } from './ids.ts'
import { type Medicine, medicines } from './medicine-list.ts'

/** The practice and the records that all its patients share. */
export interface Clinic {
  organization: Organization
  practitioners: Practitioner[]
  shared: FhirResource[]
  /** References, as the records hold them. */
  practice: Reference
  laboratory: Reference
  pharmacy: Reference
  insurers: [Reference, ...Reference[]]
  office: Reference
  doctors: [Reference, ...Reference[]]
  /** The Medication record of a medicine that the practice keeps in stock. */
  stock(medicine: Medicine): Reference | undefined
}

const town = { city: 'Maple Falls', state: 'WI', postalCode: '54998', country: 'US' }

/** The National Provider Identifiers begin with 00, and no real one does. */
const people = [
  { family: 'Lindqvist', given: 'Marta', gender: 'female', npi: '0000000105' },
  { family: 'Adeyemi', given: 'Samuel', gender: 'male', npi: '0000000113' },
  { family: 'Romero', given: 'Ines', gender: 'female', npi: '0000000121' },
] as const

const specialties = [
  ['207Q00000X', 'Family Medicine Physician', 'Family medicine'],
  ['208000000X', 'Pediatrics Physician', 'Pediatrics'],
  ['207R00000X', 'Internal Medicine Physician', 'Internal medicine'],
] as const

/** SNOMED CT codes of the specialists. */
const roles = [
  ['62247001', 'Family medicine specialist', 'Family doctor'],
  ['82296001', 'Pediatrician', 'Pediatrician'],
  ['39677007', 'Internal medicine specialist', 'Internist'],
] as const

export function makeClinic(seed: number, name: string): Clinic {
  const shared: FhirResource[] = []
  const add = (key: string, record: FhirResource, display: string): Reference => {
    const { resourceType, ...rest } = record
    const id = idOf(`${seed}/clinic/${key}`)
    shared.push({ resourceType, id, ...rest } as FhirResource)
    return { reference: `${resourceType}/${id}`, display }
  }
  const organization = (key: string, title: string, kind: 'prov' | 'ins', phone: string) =>
    add(key, organizationRecord(title, kind, phone), title)
  const practice = organization('practice', name, 'prov', '(920) 555-0100')
  const laboratory = organization('laboratory', 'Lakeshore Laboratory', 'prov', '(920) 555-0140')
  const pharmacy = organization('pharmacy', 'Corner Pharmacy', 'prov', '(920) 555-0150')
  const insurers: Clinic['insurers'] = [
    organization('insurer/0', 'Badger Mutual Health Plan', 'ins', '(920) 555-0160'),
    organization('insurer/1', 'Great Lakes Health Cooperative', 'ins', '(920) 555-0161'),
  ]
  const office = add('office', officeRecord(name, practice), name)
  const [first, ...others] = people.map((person, index) => {
    const title = `Dr. ${person.given} ${person.family}`
    const doctor = add(`practitioner/${index}`, practitionerRecord(person), title)
    add(`role/${index}`, roleRecord(index, doctor, practice, office), title)
    return doctor
  })
  const stock = new Map<Medicine, Reference>()
  for (const medicine of Object.values<Medicine>(medicines))
    if (medicine.inStock)
      stock.set(
        medicine,
        add(
          `medication/${medicine.code[0]}`,
          medicationRecord(medicine),
          medicine.code[2] ?? medicine.code[1],
        ),
      )
  return {
    organization: shared[0] as Organization,
    practitioners: shared.filter((record) => record.resourceType === 'Practitioner'),
    ...{ shared, practice, laboratory, pharmacy, insurers, office },
    doctors: [first ?? practice, ...others],
    stock: (medicine) => stock.get(medicine),
  }
}

function organizationRecord(name: string, kind: 'prov' | 'ins', phone: string): Organization {
  const type = kind === 'prov' ? 'Healthcare Provider' : 'Insurance Company'
  return {
    resourceType: 'Organization',
    meta: usCore('us-core-organization'),
    active: true,
    type: [coded('organizationType', [kind, type])],
    name,
    telecom: [{ system: 'phone', value: phone, use: 'work' }],
    address: [{ use: 'work', line: ['100 Maple Street'], ...town }],
  }
}

function officeRecord(name: string, practice: Reference): Location {
  return {
    resourceType: 'Location',
    meta: usCore('us-core-location'),
    status: 'active',
    name,
    description: 'The office, with parking behind the house and a ramp at the side door.',
    mode: 'instance',
    type: [coded('roleCode', ['PROFF', "Provider's Office", 'Doctor’s office'])],
    telecom: [{ system: 'phone', value: '(920) 555-0100', use: 'work' }],
    address: { use: 'work', line: ['100 Maple Street'], ...town },
    managingOrganization: practice,
  }
}

function practitionerRecord({ family, given, gender, npi }: (typeof people)[number]): Practitioner {
  return {
    resourceType: 'Practitioner',
    meta: usCore('us-core-practitioner'),
    identifier: [{ system: 'http://hl7.org/fhir/sid/us-npi', value: npi }],
    active: true,
    name: [{ use: 'official', text: `Dr. ${given} ${family}`, family, given: [given], prefix: ['Dr.'] }],
    telecom: [
      { system: 'phone', value: '(920) 555-0100', use: 'work' },
      { system: 'email', value: `${given}.${family}@example.com`.toLowerCase(), use: 'work' },
    ],
    address: [{ use: 'work', line: ['100 Maple Street'], ...town }],
    gender,
  }
}

function roleRecord(
  index: number,
  practitioner: Reference,
  organization: Reference,
  office: Reference,
): PractitionerRole {
  const specialty = coded('provider', specialties[index] ?? specialties[0])
  const role = coded('snomed', roles[index] ?? roles[0])
  return {
    resourceType: 'PractitionerRole',
    meta: usCore('us-core-practitionerrole'),
    active: true,
    practitioner,
    organization,
    code: [role],
    specialty: [specialty],
    location: [office],
    telecom: [{ system: 'phone', value: '(920) 555-0100', use: 'work' }],
  }
}

function medicationRecord({ code }: Medicine): Medication {
  return {
    resourceType: 'Medication',
    meta: usCore('us-core-medication'),
    code: coded('rxnorm', code),
    status: 'active',
  }
}

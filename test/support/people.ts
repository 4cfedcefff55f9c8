import type { Immunization, Observation, Patient, Resource } from 'fhir/r4'
import type { Account } from '#server/accounts/accounts.ts'
import type { Application, ApplicationForm } from '#server/applications/applications.ts'
import type { Practice } from '#server/practices/practices.ts'
import type { TestApp } from './start-app.ts'

export const password = 'a-long-enough-password'

export interface Clinic {
  practice: Practice
  provider: Account
}

/** A practice with its provider. */
export async function aClinic(app: TestApp, name: string): Promise<Clinic> {
  const provider = await anAccount(app, `dr-${slug(name)}@example.com`, `Dr. ${name}`)
  const practice = await app.modules.practices.createForProvider(provider, name)
  return { practice, provider }
}

export function anAccount(app: TestApp, email: string, displayName: string): Promise<Account> {
  return app.modules.accounts.create({ email, password, displayName })
}

export interface Person {
  id: string
  records: Resource[]
}

/** A patient of a clinic with some immunizations and observations. */
export async function aPatient(
  app: TestApp,
  { practice }: Clinic,
  id: string,
  { immunizations = 2, observations = 1 } = {},
): Promise<Person> {
  const patient: Patient = {
    resourceType: 'Patient',
    id,
    active: true,
    name: [{ family: 'Rivera', given: [id] }],
    gender: 'female',
    birthDate: '1988-04-02',
  }
  const records: Resource[] = [
    patient,
    ...Array.from({ length: immunizations }, (_, index) => anImmunization(id, index)),
    ...Array.from({ length: observations }, (_, index) => anObservation(id, index)),
  ]
  await app.modules.records.write(records.map((resource) => ({ practiceId: practice.id, resource })))
  return { id, records }
}

function anImmunization(patientId: string, index: number): Immunization {
  return {
    resourceType: 'Immunization',
    id: `${patientId}-imm-${String(index).padStart(4, '0')}`,
    status: 'completed',
    vaccineCode: {
      text: 'Influenza, seasonal',
      coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '140' }],
    },
    patient: { reference: `Patient/${patientId}` },
    occurrenceDateTime: `20${String(10 + (index % 15)).padStart(2, '0')}-10-01`,
  }
}

function anObservation(patientId: string, index: number): Observation {
  return {
    resourceType: 'Observation',
    id: `${patientId}-obs-${String(index).padStart(4, '0')}`,
    status: 'final',
    code: { text: 'Heart rate', coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: `Patient/${patientId}` },
    effectiveDateTime: '2026-03-01T10:00:00Z',
    valueQuantity: { value: 72, unit: '/min' },
  }
}

/** An account that reaches a patient's record: as the patient, or as proxy in the given relationship. */
export async function aReader(
  app: TestApp,
  { practice }: Clinic,
  email: string,
  patientIds: string[],
  relationship = 'self',
) {
  const account = await anAccount(app, email, email.split('@')[0] ?? email)
  for (const patientId of patientIds)
    await app.modules.practices.associate({
      accountId: account.id,
      practiceId: practice.id,
      role: relationship === 'self' ? 'patient' : 'proxy',
      patientId,
      relationship,
    })
  return account
}

export const redirectUri = 'https://app.example.com/redirect_uri'

/** A confidential application of the clinic's provider, unless the form says otherwise. */
export async function anApplication(
  app: TestApp,
  { provider }: Clinic,
  form: Partial<ApplicationForm> = {},
): Promise<Application & { secret: string }> {
  const { application, secret } = await app.modules.applications.create(provider.id, {
    name: 'My test app',
    kind: 'confidential',
    redirectUris: [redirectUri],
    scopes: [],
    ...form,
  })
  return { ...application, secret: secret ?? '' }
}

function slug(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z]+/g, '-')
}

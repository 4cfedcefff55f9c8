import type { HumanName, RelatedPerson } from 'fhir/r4'
import type { Account, Accounts } from '#server/accounts/accounts.ts'
import { type Applications, defaultScopes } from '#server/applications/applications.ts'
import type { Practice, Practices } from '#server/practices/practices.ts'
import type { Records } from '#server/records/records.ts'
import type { Clock } from '../clock.ts'
import type { Random } from '../secrets.ts'
import { type DemoPractice, generatePractice } from './generator/generate-practice.ts'

/** The application behind `/demo/client`. Its secret is public, which is why it exists outside production only. */
export const demoApplication = {
  applicationId: 'app_demo',
  applicationSecret: 'ops_demo_secret_known_to_everybody',
} as const

/** That a provider opens from the practice desk; its pages are at `/demo/client`, too. */
export const demoChart = {
  applicationId: 'app_demo_chart',
  applicationSecret: 'ops_demo_chart_secret_known_to_everybody',
} as const

/** Everybody in the demo has the same password. */
export const demoPassword = 'maple-street-9'

export const demoSignIns = [
  { who: 'a provider', email: 'provider@demo.example', sees: 'all patients of the practice' },
  { who: 'an adult patient', email: 'patient@demo.example', sees: 'her or his own record' },
  { who: 'a parent of two', email: 'parent@demo.example', sees: 'the own record and two children' },
] as const

const demoPracticeName = 'Maple Street Family Practice'
const defaultSeed = 2026
const defaultPatients = 30

interface DemoDeps {
  accounts: Accounts
  practices: Practices
  applications: Applications
  records: Pick<Records, 'write'>
  clock: Clock
  portalUrl: string
}

export interface DemoOptions {
  patients?: number | undefined
  seed?: number | undefined
  onProgress?(patientsDone: number, patientsTotal: number): void
}

export interface DemoOutcome {
  practice: Practice
  patients: number
  records: number
}

/** Whether the demo was begun and never finished: what the practice publishes of itself is made last, and cannot be deleted. */
export async function isDemoUnfinished({ practices }: Pick<DemoDeps, 'practices'>): Promise<boolean> {
  const begun = (await practices.list()).find((practice) => practice.name === demoPracticeName)
  return begun !== undefined && (await practices.brands.find(begun.id)) === undefined
}

/**
 * Makes the synthetic practice, its known sign-ins and the demo application. Safe to repeat: what exists stays, and
 * a larger number of patients adds those that are missing.
 */
export async function makeDemo(deps: DemoDeps, options: DemoOptions = {}): Promise<DemoOutcome> {
  const patients = options.patients ?? defaultPatients
  const generated = generatePractice({
    seed: options.seed ?? defaultSeed,
    patients,
    // Generated as of a fixed day, so that the same seed gives the same records on every run.
    asOf: demoDay,
    name: demoPracticeName,
  })
  const practice = await findOrCreatePractice(deps, generated)
  const written = await writeRecords(deps, practice, generated, (done) =>
    options.onProgress?.(done, patients),
  )
  await makeSignIns(deps, practice, generated)
  await makeApplications(deps)
  await listPractice(deps, practice)
  return { practice, ...written }
}

/** Sign-ins of the demo that still have the password that everybody knows. */
export async function findOpenSignIns({ accounts }: Pick<DemoDeps, 'accounts'>): Promise<Account[]> {
  const known = await Promise.all(demoSignIns.map(({ email }) => accounts.findByEmail(email)))
  const isOpen = await Promise.all(
    known.map((account) => account && accounts.hasPassword(account.id, demoPassword)),
  )
  return known.filter((account, index) => account !== undefined && isOpen[index] === true) as Account[]
}

/** The applications of the demo whose secret is the one in the documentation. */
export async function findPublishedSecrets({
  applications,
}: Pick<DemoDeps, 'applications'>): Promise<string[]> {
  const known: string[] = []
  for (const { applicationId, applicationSecret } of [demoApplication, demoChart])
    if (await applications.find(applicationId))
      if (await applications.isSecretOf(applicationId, applicationSecret)) known.push(applicationId)
  return known
}

/**
 * Ends what is public about the demo and keeps all else: its people get passwords that nobody knows, its applications are
 * deleted, and its practice is not listed any more. Safe to repeat.
 */
export async function endDemo(
  deps: Pick<DemoDeps, 'accounts' | 'practices' | 'applications'> & { random: Random },
): Promise<{ closed: string[] }> {
  const { accounts, practices, applications, random } = deps
  const provider = await accounts.findByEmail(demoSignIns[0].email)
  for (const { applicationId } of [demoApplication, demoChart]) {
    const application = await applications.find(applicationId)
    if (application) await applications.remove(application.ownerAccountId, applicationId)
  }
  for (const { practice } of provider ? await practices.listAssociations(provider.id) : []) {
    const brand = await practices.brands.find(practice.id)
    if (practice.name === demoPracticeName && brand?.isListed)
      await practices.brands.save(practice.id, { ...brand, isListed: false })
  }
  const open = await findOpenSignIns(deps)
  for (const { id } of open)
    await accounts.changePassword(id, demoPassword, random.bytes(24).toString('base64url'), '')
  return { closed: open.map(({ email }) => email) }
}

const demoDay = new Date('2026-11-01T12:00:00Z')

async function findOrCreatePractice({ practices }: DemoDeps, generated: DemoPractice): Promise<Practice> {
  const organizationId = generated.organization.id ?? ''
  const existing = (await practices.list()).find((practice) => practice.organizationId === organizationId)
  return existing ?? practices.create({ name: demoPracticeName, kind: 'practice', organizationId })
}

/** Apps find it in the published list, unless somebody decided otherwise. The demo is never made in production. */
async function listPractice({ practices }: DemoDeps, practice: Practice): Promise<void> {
  if (await practices.brands.find(practice.id)) return
  await practices.brands.save(practice.id, {
    isListed: true,
    name: practice.name,
    aliases: ['Maple Street'],
    description: 'A made-up practice for trying things out. Nobody in it is real.',
    addressLine: '12 Maple Street',
    city: 'Springfield',
    state: 'IL',
    postalCode: '62701',
  })
}

async function writeRecords(
  { records }: DemoDeps,
  practice: Practice,
  generated: DemoPractice,
  onProgress: (patients: number) => void,
): Promise<{ patients: number; records: number }> {
  const done = { patients: 0, records: generated.shared.length }
  const write = (resources: DemoPractice['shared']) =>
    records.write(resources.map((resource) => ({ practiceId: practice.id, resource })))
  await write(generated.shared)
  for (const family of generated.families()) {
    const resources = family.members.flatMap((person) => [person.patient, ...person.records])
    await write(resources)
    done.patients += family.members.length
    done.records += resources.length
    onProgress(done.patients)
  }
  return done
}

async function makeSignIns(
  { accounts, practices }: DemoDeps,
  practice: Practice,
  generated: DemoPractice,
): Promise<void> {
  const { parentId, childIds, adultId } = generated.knownPeople()
  const [provider, adult, parent] = demoSignIns
  const names = await namesOf(generated, [parentId, adultId])
  const practitioner = generated.practitioners[0]
  const providerAccount = await findOrCreateAccount(
    accounts,
    provider.email,
    `Dr. ${fullName(practitioner?.name?.[0])}`,
  )
  const adultAccount = await findOrCreateAccount(accounts, adult.email, names.get(adultId) ?? 'Demo patient')
  const parentAccount = await findOrCreateAccount(
    accounts,
    parent.email,
    names.get(parentId) ?? 'Demo parent',
  )
  const associate = associator(practices, practice.id)
  await associate(providerAccount, { role: 'provider', practitionerId: practitioner?.id ?? '' })
  await associate(adultAccount, { role: 'patient', patientId: adultId })
  await associate(parentAccount, { role: 'patient', patientId: parentId })
  for (const childId of childIds)
    await associate(parentAccount, {
      role: 'proxy',
      patientId: childId,
      relationship: 'parent',
      relatedPersonId: findGuardian(generated, childId, names.get(parentId)),
    })
}

type Link =
  | { role: 'provider'; practitionerId: string }
  | {
      role: 'patient' | 'proxy'
      patientId: string
      relationship?: string
      relatedPersonId?: string | undefined
    }

/** Associates unless the account is associated in that way already. */
function associator(practices: Practices, practiceId: string) {
  return async (account: Account, link: Link): Promise<void> => {
    const existing = await practices.listAssociations(account.id)
    const patientId = 'patientId' in link ? link.patientId : undefined
    if (existing.some((each) => each.role === link.role && each.patientId === patientId)) return
    await practices.associate({ accountId: account.id, practiceId, ...link })
  }
}

async function findOrCreateAccount(accounts: Accounts, email: string, displayName: string): Promise<Account> {
  return (
    (await accounts.findByEmail(email)) ?? accounts.create({ email, password: demoPassword, displayName })
  )
}

function fullName(name: HumanName | undefined): string {
  return [...(name?.given ?? []).slice(0, 1), name?.family].filter(Boolean).join(' ')
}

/** The RelatedPerson of a child's record that bears this name. */
function findGuardian(
  generated: DemoPractice,
  childId: string,
  name: string | undefined,
): string | undefined {
  for (const family of generated.families()) {
    const child = family.members.find(({ patient }) => patient.id === childId)
    if (child)
      return child.records.find(
        (record) =>
          record.resourceType === 'RelatedPerson' && fullName((record as RelatedPerson).name?.[0]) === name,
      )?.id
  }
  return undefined
}

/** The known people are in the first families, so this reads no further than those. */
async function namesOf(generated: DemoPractice, wanted: string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  for (const family of generated.families()) {
    for (const { patient } of family.members)
      if (patient.id && wanted.includes(patient.id)) names.set(patient.id, fullName(patient.name?.[0]))
    if (names.size === wanted.length) break
  }
  return names
}

async function makeApplications({ accounts, applications, portalUrl }: DemoDeps): Promise<void> {
  const owner = await accounts.findByEmail(demoSignIns[0].email)
  if (!owner) return
  const pages = `${portalUrl}/demo/client`
  const forms = [
    {
      ...demoApplication,
      form: { name: 'Demo client', redirectUris: [`${pages}/callback`], scopes: [...defaultScopes] },
    },
    {
      ...demoChart,
      form: {
        name: 'Demo chart',
        redirectUris: [`${pages}/launched`],
        launchUri: `${pages}/launch`,
        scopes: ['patient/*.rs'],
      },
    },
  ]
  for (const { applicationId, applicationSecret, form } of forms)
    await applications.createKnown(
      owner.id,
      { kind: 'confidential', ...form },
      { id: applicationId, secret: applicationSecret },
    )
}

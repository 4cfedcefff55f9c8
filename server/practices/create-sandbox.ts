import { randomUUID } from 'node:crypto'
import type { Resource } from 'fhir/r4'
import { associate } from './associate.ts'
import { addProvider, createPractice } from './create-practice.ts'
import type { Practice } from './practice.ts'
import type { PracticesDeps } from './practices-deps.ts'

const sandboxPatients = 10

export async function createSandbox(
  deps: Pick<PracticesDeps, 'db' | 'clock' | 'random' | 'records' | 'synthesize'>,
  account: { id: string; displayName: string },
): Promise<Practice> {
  // The seed is random, so that the ids of two sandboxes never meet.
  const people = deps.synthesize(deps.random.bytes(4).readUInt32BE(), sandboxPatients)
  const practice = await createPractice(deps, {
    name: `Sandbox of ${account.displayName}`,
    kind: 'sandbox',
    organizationId: people.organization.id ?? randomUUID(),
  })
  const write = (resources: Resource[]) =>
    deps.records.write(resources.map((resource) => ({ practiceId: practice.id, resource })))
  await write(people.shared)
  for (const family of people.families())
    await write(family.members.flatMap((person) => [person.patient, ...person.records]))
  await addProvider(deps, { practice, account })
  await associate(deps, {
    accountId: account.id,
    practiceId: practice.id,
    role: 'patient',
    patientId: people.knownPeople().adultId,
  })
  return practice
}

import { randomUUID } from 'node:crypto'
import { OnpatientError } from '../errors.ts'
import { newId } from '../secrets.ts'
import { associate } from './associate.ts'
import type { Practice } from './practice.ts'
import { organizationOf, practitionerOf } from './practice-records.ts'
import { toPractice } from './practice-row.ts'
import type { PracticesDeps } from './practices-deps.ts'

type CreateDeps = Pick<PracticesDeps, 'db' | 'clock' | 'random' | 'records'>

interface Person {
  id: string
  displayName: string
}

export async function createPractice(
  deps: CreateDeps,
  { name, kind, organizationId }: { name: string; kind: Practice['kind']; organizationId?: string },
): Promise<Practice> {
  const row = {
    id: newId('prac', deps.random),
    name: checkName(name),
    kind,
    organization_id: organizationId ?? randomUUID(),
    created_at: deps.clock.now().getTime(),
    requires_second_step: 0,
  }
  await deps.db.insertInto('practice').values(row).execute()
  const practice = toPractice(row)
  if (organizationId === undefined) {
    const resource = organizationOf(practice.organizationId, practice.name)
    await deps.records.write([{ practiceId: practice.id, resource }])
  }
  return practice
}

export async function createForProvider(
  deps: CreateDeps,
  { account, name }: { account: Person; name: string },
): Promise<Practice> {
  const practice = await createPractice(deps, { name, kind: 'practice' })
  await addProvider(deps, { practice, account })
  return practice
}

export async function addProvider(
  deps: CreateDeps,
  { practice, account }: { practice: Practice; account: Person },
): Promise<void> {
  const practitionerId = randomUUID()
  const resource = practitionerOf(practitionerId, account.displayName)
  await deps.records.write([{ practiceId: practice.id, resource }])
  await associate(deps, {
    accountId: account.id,
    practiceId: practice.id,
    role: 'provider',
    practitionerId,
  })
}

function checkName(text: string): string {
  const name = text.trim().replaceAll(/\s+/g, ' ')
  if (name === '' || name.length > 100 || /[\p{Cc}\p{Cf}\p{Co}]/u.test(name))
    throw new OnpatientError(
      'invalid-parameter',
      'Give the practice a name of 1 to 100 visible characters.',
      {
        field: 'practiceName',
      },
    )
  return name
}

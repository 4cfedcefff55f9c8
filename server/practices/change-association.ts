import { OnpatientError } from '../errors.ts'
import { selectOpenAssociations } from './list-associations.ts'
import type { Association } from './practice.ts'
import { toAssociation } from './practice-row.ts'
import type { PracticesDeps } from './practices-deps.ts'
import { findRelatedPerson, followRelatedPeople } from './related-people.ts'

/** An association as its practice names it. */
interface OfPractice {
  practiceId: string
  associationId: string
}

export async function changeToProxy(
  deps: Pick<PracticesDeps, 'db' | 'records' | 'onAccessEnded'>,
  { practiceId, associationId, relationship }: OfPractice & { relationship: string },
): Promise<Association> {
  const changed = await deps.db
    .updateTable('association')
    .set({ role: 'proxy', relationship: checkRelationship(relationship) })
    .where('id', '=', associationId)
    .where('practice_id', '=', practiceId)
    .where('role', '=', 'patient')
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (!changed)
    throw new OnpatientError('not-found', 'There is no such patient among the people of this practice.')
  deps.onAccessEnded?.()
  const association = toAssociation(
    await selectOpenAssociations(deps.db)
      .where('association.id', '=', associationId)
      .executeTakeFirstOrThrow(),
  )
  return { ...association, relatedPersonId: await findRelatedPerson(deps, association) }
}

export async function endAssociation(
  deps: Pick<PracticesDeps, 'db' | 'clock' | 'records' | 'onAccessEnded'>,
  { practiceId, associationId }: OfPractice,
): Promise<void> {
  const ended = await deps.db
    .updateTable('association')
    .set({ ended_at: deps.clock.now().getTime() })
    .where('id', '=', associationId)
    .where('practice_id', '=', practiceId)
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  deps.onAccessEnded?.()
  if (!ended) throw new OnpatientError('not-found', 'There is no such person among those of this practice.')
  await followRelatedPeople(deps, { associationId })
}

/** What a proxy is to the patient, in words. */
function checkRelationship(text: string): string {
  const words = text.trim().replaceAll(/\s+/g, ' ')
  const isGood =
    words !== '' &&
    words.length <= 60 &&
    words.toLowerCase() !== 'self' &&
    !/[\p{Cc}\p{Cf}\p{Co}]/u.test(words)
  if (isGood) return words
  throw new OnpatientError(
    'invalid-parameter',
    'Say in a few words what this person is to the patient: wife, father, guardian, …',
    { field: 'relationship' },
  )
}

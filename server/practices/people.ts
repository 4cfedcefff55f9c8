import { comesAfter } from '../store/comes-after.ts'
import { selectOpenAssociations } from './list-associations.ts'
import type { Association } from './practice.ts'
import { toAssociation } from './practice-row.ts'
import type { PracticesDeps } from './practices-deps.ts'

/** Somebody who reaches records of a practice. */
export interface PersonOfPractice extends Association {
  email: string
  displayName: string
}

export interface PeoplePage {
  people: PersonOfPractice[]
  /** The id of the last person, after whom the next page begins; undefined on the last page. */
  next: string | undefined
}

const pageSize = 50

/** One page of the people, the first who came first. A page after an unknown id is the first one. */
export async function listPeople(
  { db }: Pick<PracticesDeps, 'db'>,
  { practiceId, after }: { practiceId: string; after?: string | undefined },
): Promise<PeoplePage> {
  // uses association_practice, and the primary key for the place
  const place =
    after === undefined
      ? undefined
      : await db
          .selectFrom('association')
          .select(['created_at as first', 'id'])
          .where('id', '=', after)
          .where('practice_id', '=', practiceId)
          .executeTakeFirst()
  const rows = await selectPeople(db)
    .where('association.practice_id', '=', practiceId)
    .where(comesAfter(['association.created_at', 'association.id'], place))
    .orderBy('association.created_at')
    .orderBy('association.id')
    .limit(pageSize + 1)
    .execute()
  const people = rows.slice(0, pageSize).map(toPerson)
  return { people, next: rows.length > pageSize ? people.at(-1)?.id : undefined }
}

export async function findPerson(
  { db }: Pick<PracticesDeps, 'db'>,
  { practiceId, associationId }: { practiceId: string; associationId: string },
): Promise<PersonOfPractice | undefined> {
  // uses the primary key
  const row = await selectPeople(db)
    .where('association.id', '=', associationId)
    .where('association.practice_id', '=', practiceId)
    .executeTakeFirst()
  return row && toPerson(row)
}

function selectPeople(db: PracticesDeps['db']) {
  return selectOpenAssociations(db)
    .innerJoin('account', 'account.id', 'association.account_id')
    .select(['account.email', 'account.display_name'])
}

function toPerson(
  row: Parameters<typeof toAssociation>[0] & { email: string; display_name: string },
): PersonOfPractice {
  return { ...toAssociation(row), email: row.email, displayName: row.display_name }
}

import type { Practices } from '#server/practices/practices.ts'
import type { Clock } from '../clock.ts'
import type { Random } from '../secrets.ts'
import type { Db } from '../store/store.ts'

export interface GrantsDeps {
  db: Db
  clock: Clock
  random: Random
  practices: Pick<Practices, 'listAssociations' | 'findRelatedPerson'>
}

/** What ending a grant needs. */
export interface EndDeps {
  db: Db
  clock: Clock
  /** Forgets what tokens opened, in this process at once. */
  forget(): void
}

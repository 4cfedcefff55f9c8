import type { Applications } from '#server/applications/applications.ts'
import type { Clock } from '../../clock.ts'
import type { Limits } from '../../limits.ts'
import type { Random } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import type { Grants } from '../grants-interface.ts'

export interface ApprovalsDeps {
  db: Db
  clock: Clock
  random: Random
  applications: Pick<Applications, 'find' | 'changes'>
  grants: Pick<Grants, 'endByEngine'>
  limits: Limits
}

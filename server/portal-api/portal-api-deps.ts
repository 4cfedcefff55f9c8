import type { Access } from '#server/access/access.ts'
import type { Accounts } from '#server/accounts/accounts.ts'
import type { Applications } from '#server/applications/applications.ts'
import type { Approvals, Grants } from '#server/grants/grants.ts'
import type { RequestLimits } from '#server/http/rate-limiting.ts'
import type { Launches } from '#server/launches/launches.ts'
import type { People } from '#server/people/people.ts'
import type { Admission, Practices } from '#server/practices/practices.ts'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'

export interface PortalApiDeps {
  accounts: Accounts
  practices: Practices
  admission: Admission
  applications: Applications
  grants: Grants
  approvals: Approvals
  launches: Launches
  access: Access
  people: People
  clock: Clock
  rateLimits: RequestLimits
  limits: Limits
  portalUrl: string
  fhirUrl: string
  isProduction: boolean
}

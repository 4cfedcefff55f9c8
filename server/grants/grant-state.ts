import { preparedQuery } from '../store/prepared-query.ts'
import type { GrantTable } from '../store/schema/grants.ts'
import type { Grant, GrantState } from './grant.ts'
import { confinementOf, selectConfinement } from './grant-confinement.ts'
import { toContext } from './grant-context.ts'

/** A grant, what it covers now, and what a launch fixed. Uses the primary key. */
export const selectState = preparedQuery((db, grantId: string) =>
  selectConfinement(db)
    .select([
      'grant.id',
      'grant.account_id',
      'grant.application_id',
      'grant.scopes',
      'grant.created_at',
      'grant.expires_at',
      'grant.ended_at',
      'grant.end_reason',
      'grant.last_used_at',
      'grant.sign_in_id',
      'grant_context.encounter_id',
      'grant_context.intent',
      'grant_context.fhir_context',
      'grant_context.need_patient_banner',
    ])
    .where('grant.id', '=', grantId),
)

export function stateOf(rows: Awaited<ReturnType<typeof selectState>>): GrantState | undefined {
  const [first] = rows
  if (!first) return undefined
  const { bound_patient_id: patientId, need_patient_banner, reaches_panel } = first
  const confinement = confinementOf(rows)
  const isReached = patientId !== null && confinement.patientIds.includes(patientId)
  return {
    grant: toGrant({ ...first, practice_id: first.approving_practice_id }),
    ...confinement,
    context: isReached
      ? toContext({
          ...first,
          patient_id: patientId,
          need_patient_banner: need_patient_banner ?? 1,
          reaches_panel: reaches_panel ?? 0,
        })
      : undefined,
  }
}

export function toGrant(row: GrantTable): Grant {
  const date = (time: number | null) => (time === null ? undefined : new Date(time))
  return {
    id: row.id,
    accountId: row.account_id,
    applicationId: row.application_id,
    scopes: row.scopes.split(' '),
    createdAt: new Date(row.created_at),
    expiresAt: date(row.expires_at),
    endedAt: date(row.ended_at),
    endReason: row.end_reason ?? undefined,
    lastUsedAt: date(row.last_used_at),
    practiceId: row.practice_id ?? undefined,
    signInId: row.sign_in_id ?? undefined,
  }
}

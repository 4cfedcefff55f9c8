import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { callApi } from './call-api.ts'

interface OfApplication {
  id: string
  application: { id: string; name: string }
  scopes: string[]
}

/** A developer asks the practice to let a service in. */
export interface ServiceRequest extends OfApplication {
  requestedBy: string
  requestedAt: string
}

/** A service that the practice let in. */
export interface ApprovedService extends OfApplication {
  approvedBy: string
  approvedAt: string
  lastUsedAt: string | null
}

/** One thing that an approved service would change. */
export interface FieldChange {
  field: 'name' | 'logo' | 'keys' | 'scopes'
  from: string
  to: string
}

/** An approved service would be another one; it stays as it was until the practice agrees. */
export interface ServiceChange {
  id: string
  application: { id: string; name: string }
  requestedAt: string
  changes: FieldChange[]
  /** This practice has agreed; others have not. */
  isAgreed: boolean
}

/** Where lists go on; a list that has ended has none. */
type Cursors = Partial<Record<'approvals' | 'requests' | 'changes', string>>

interface BackendServicesPage {
  approvals: ApprovedService[]
  changes: ServiceChange[]
  requests: ServiceRequest[]
  next: Cursors | null
}

const keyOf = (practiceId: string) => ['practice', practiceId, 'backend-services']

export function useBackendServices(practiceId: string) {
  return useInfiniteQuery({
    queryKey: keyOf(practiceId),
    queryFn: ({ pageParam }) =>
      callApi<BackendServicesPage>(
        'GET',
        `/practices/${practiceId}/approvals?${new URLSearchParams(pageParam)}`,
      ),
    initialPageParam: {} as Cursors,
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

/** Approves exactly what was shown: what the service asks for in the meantime is not part of it. */
export function useApprove(practiceId: string) {
  return useChange(practiceId, ({ application, scopes }: ServiceRequest) =>
    callApi('POST', `/practices/${practiceId}/approvals`, { applicationId: application.id, scopes }),
  )
}

export function useRefuse(practiceId: string) {
  return useChange(practiceId, ({ id }: ServiceRequest) =>
    callApi('DELETE', `/practices/${practiceId}/approval-requests/${id}`),
  )
}

export function useEndApproval(practiceId: string) {
  return useChange(practiceId, ({ id }: ApprovedService) =>
    callApi('DELETE', `/practices/${practiceId}/approvals/${id}`),
  )
}

export function useAcceptChange(practiceId: string) {
  return useChange(practiceId, ({ id }: ServiceChange) =>
    callApi('POST', `/practices/${practiceId}/approval-changes/${id}`, {}),
  )
}

export function useRefuseChange(practiceId: string) {
  return useChange(practiceId, ({ id }: ServiceChange) =>
    callApi('DELETE', `/practices/${practiceId}/approval-changes/${id}`),
  )
}

/** What the developer of a service asked for, and the practices that have not agreed yet. */
interface WaitingChange {
  requestedAt: string
  changes: FieldChange[]
  waitsFor: string[]
  waitsForMore: boolean
}

/** Below the key of the applications, so that saving one asks again. */
const waitingKeyOf = (applicationId: string) => ['applications', applicationId, 'waiting-change']

export function useWaitingChange(applicationId: string) {
  return useQuery({
    queryKey: waitingKeyOf(applicationId),
    queryFn: () =>
      callApi<{ change: WaitingChange | null }>('GET', `/applications/${applicationId}/approvals`),
  })
}

export function useTakeBackChange(applicationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => callApi('DELETE', `/applications/${applicationId}/approval-change`),
    // Also when it was decided meanwhile: then there is another state to show.
    onSettled: () => client.invalidateQueries({ queryKey: ['applications', applicationId] }),
  })
}

function useChange<Input>(practiceId: string, mutationFn: (input: Input) => Promise<unknown>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(practiceId) }),
  })
}

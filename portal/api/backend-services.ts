import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type {
  ApprovalsOfApplication,
  ApprovedService,
  BackendServicesPage,
  Cursors,
  ServiceChange,
  ServiceRequest,
} from '#server/portal-api/answers.ts'
import { callApi } from './call-api.ts'

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

/** Below the key of the applications, so that saving one asks again. */
const waitingKeyOf = (applicationId: string) => ['applications', applicationId, 'waiting-change']

export function useWaitingChange(applicationId: string) {
  return useQuery({
    queryKey: waitingKeyOf(applicationId),
    queryFn: () => callApi<ApprovalsOfApplication>('GET', `/applications/${applicationId}/approvals`),
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

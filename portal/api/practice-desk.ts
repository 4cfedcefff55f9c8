import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type {
  InvitationPage,
  PatientPage,
  PeoplePage,
  RelatedPeople,
  SentInvitation,
} from '#server/portal-api/answers.ts'
import { callApi } from './call-api.ts'
import { meQuery } from './me.ts'

export interface InvitationForm {
  patientId: string
  email: string
  role: 'patient' | 'proxy'
  relationship: string
  /** The RelatedPerson record of the invited person; null when the record has none. */
  relatedPersonId: string | null
  /** The practice knows that another patient has this address, too. */
  isSharedAddress?: boolean
}

const keyOf = (practiceId: string, part: string) => ['practice', practiceId, part]

export function usePatients(practiceId: string) {
  return usePages<PatientPage>(practiceId, 'patients')
}

/** People who are near the patient, as the record says. */
export function useRelatedPeople(practiceId: string, patientId: string, isEnabled: boolean) {
  return useQuery({
    queryKey: [...keyOf(practiceId, 'related-people'), patientId],
    queryFn: () =>
      callApi<RelatedPeople>('GET', `/practices/${practiceId}/patients/${patientId}/related-people`),
    enabled: isEnabled,
  })
}

export function usePeople(practiceId: string) {
  return usePages<PeoplePage>(practiceId, 'people')
}

export function useInvitations(practiceId: string) {
  return usePages<InvitationPage>(practiceId, 'invitations')
}

/** A list of the desk, page by page. */
function usePages<Page extends { next: string | null }>(practiceId: string, part: string) {
  return useInfiniteQuery({
    queryKey: keyOf(practiceId, part),
    queryFn: ({ pageParam }) =>
      callApi<Page>(
        'GET',
        `/practices/${practiceId}/${part}${pageParam ? `?cursor=${encodeURIComponent(pageParam)}` : ''}`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

export function useInvite(practiceId: string) {
  return useDeskChange(practiceId, 'invitations', (form: InvitationForm) =>
    callApi<SentInvitation>('POST', `/practices/${practiceId}/invitations`, form),
  )
}

export function useEndInvitation(practiceId: string) {
  return useDeskChange(practiceId, 'invitations', (id: string) =>
    callApi('DELETE', `/practices/${practiceId}/invitations/${id}`),
  )
}

/** The account that waits is the invited person. */
export function useConfirmClaim(practiceId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => callApi('POST', `/practices/${practiceId}/invitations/${id}/confirm`, {}),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keyOf(practiceId, 'invitations') })
      await client.invalidateQueries({ queryKey: keyOf(practiceId, 'people') })
    },
  })
}

export function useEndAssociation(practiceId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => callApi('DELETE', `/practices/${practiceId}/associations/${id}`),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keyOf(practiceId, 'people') })
      // It may have been one's own, as a patient of the practice.
      await client.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })
}

/** For somebody who was taken for the patient. */
export function useChangeToProxy(practiceId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ associationId, relationship }: { associationId: string; relationship: string }) =>
      callApi('PUT', `/practices/${practiceId}/associations/${associationId}`, { relationship }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keyOf(practiceId, 'people') })
      await client.invalidateQueries({ queryKey: meQuery.queryKey })
    },
  })
}

function useDeskChange<Input, Answer>(
  practiceId: string,
  part: string,
  mutationFn: (input: Input) => Promise<Answer>,
) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(practiceId, part) }),
  })
}

export function useRequireSecondStep(practiceId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (isRequired: boolean) =>
      callApi('PUT', `/practices/${practiceId}/second-step`, { isRequired }),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
}

export function useClearFactors(practiceId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (associationId: string) =>
      callApi('DELETE', `/practices/${practiceId}/people/${associationId}/factors`),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(practiceId, 'people') }),
  })
}

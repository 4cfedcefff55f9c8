import { useMutation, useQuery } from '@tanstack/react-query'
import type { Closing } from '#server/portal-api/answers.ts'
import { callApi } from './call-api.ts'

export function useClosing() {
  return useQuery({
    queryKey: ['closing'],
    queryFn: () => callApi<Closing>('GET', '/me/closing'),
    staleTime: 0,
  })
}

/** For ever. Leads out of the portal, where nobody is signed in any more. */
export function useCloseAccount() {
  return useMutation({
    mutationFn: () => callApi('POST', '/me/close', {}),
    onSuccess: () => window.location.assign('/account/closed'),
  })
}

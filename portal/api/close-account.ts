import { useMutation, useQuery } from '@tanstack/react-query'
import { callApi } from './call-api.ts'
import type { Practice } from './me.ts'

/** What closing the own account would mean. */
export interface Closing {
  /** Practices that would lose their only provider: the account has to stay. */
  staying: Practice[]
  /** Sandboxes, and practices without patients, that close with it. */
  closing: Practice[]
  /** How many applications of the account are deleted. */
  applications: number
}

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

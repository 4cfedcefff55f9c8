import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { callApi } from './call-api.ts'

export interface SignIn {
  id: string
  createdAt: string
  lastSeenAt: string
  userAgent: string
  /** The network address that it was started from. */
  address: string | null
  isCurrent: boolean
}

const queryKey = ['sign-ins']

export function useSignIns() {
  return useQuery({ queryKey, queryFn: () => callApi<{ signIns: SignIn[] }>('GET', '/sign-ins') })
}

export function useEndSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => callApi('DELETE', `/sign-ins/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey }),
  })
}

export function useEndOtherSignIns() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => callApi('POST', '/sign-ins/end-others'),
    onSuccess: () => client.invalidateQueries({ queryKey }),
  })
}

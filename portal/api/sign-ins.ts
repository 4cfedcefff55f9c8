import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { SignIn } from '#server/portal-api/answers.ts'
import { callApi } from './call-api.ts'

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

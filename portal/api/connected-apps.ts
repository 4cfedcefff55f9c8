import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import type { ConnectedApps } from '#server/portal-api/answers.ts'
import { callApi } from './call-api.ts'

const queryKey = ['connected-apps']

export function useConnectedApps() {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => callApi<ConnectedApps>('GET', `/connected-apps?offset=${pageParam}`),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

/** Ends all that an app was given. */
export function useEndApp() {
  return useEnd((id: string) => callApi('DELETE', `/connected-apps/${id}`))
}

/** Ends one of several accesses of an app. */
export function useEndGrant() {
  return useEnd((id: string) => callApi('DELETE', `/grants/${id}`))
}

function useEnd(mutationFn: (id: string) => Promise<unknown>) {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey }) })
}

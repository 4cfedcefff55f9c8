import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { callApi } from './call-api.ts'
import type { Association, PatientSummary } from './me.ts'

/** What the account once allowed an app. */
export interface Grant {
  id: string
  scopes: string[]
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
  associations: Association[]
  /** Of an access that is about one patient. */
  subject?: { patient: PatientSummary | null; reachesPanel: boolean }
}

/** An app that the account has connected, once or several times. */
export interface ConnectedApp {
  application: { id: string; name: string; owner: string }
  /** How often; `grants` has the newest hundred. */
  count: number
  connectedAt: string
  expiresAt: string | null
  lastUsedAt: string | null
  grants: Grant[]
}

/** An access that ended by itself, because what an app keeps to renew it came twice. */
export interface EndedByReuse {
  id: string
  endedAt: string
  application: { id: string; name: string }
}

interface Page {
  apps: ConnectedApp[]
  endedByReuse: EndedByReuse[]
  /** Whether more ended than the newest that `endedByReuse` has. */
  hasMoreEndedByReuse: boolean
  next: number | null
}

const queryKey = ['connected-apps']

export function useConnectedApps() {
  return useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => callApi<Page>('GET', `/connected-apps?offset=${pageParam}`),
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

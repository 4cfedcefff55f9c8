import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { callApi } from './call-api.ts'
import type { Association, PatientSummary } from './me.ts'

/** An app that the account has connected. */
export interface Grant {
  id: string
  application: { id: string; name: string; owner: string }
  scopes: string[]
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
  associations: Association[]
  /** Of an access that is about one patient. */
  subject?: { patient: PatientSummary | null; reachesPanel: boolean }
}

/** An access that ended by itself, because what an app keeps to renew it came twice. */
export interface EndedByReuse {
  id: string
  endedAt: string
  application: { id: string; name: string }
}

const queryKey = ['grants']

export function useGrants() {
  return useQuery({
    queryKey,
    queryFn: () => callApi<{ grants: Grant[]; endedByReuse: EndedByReuse[] }>('GET', '/grants'),
  })
}

export function useEndGrant() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => callApi('DELETE', `/grants/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey }),
  })
}

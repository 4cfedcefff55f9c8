import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Application, ApplicationPage, NewSecret, SavedApplication } from '#server/portal-api/answers.ts'
import { callApi } from './call-api.ts'

/** What a developer fills in of an application. */
export type ApplicationForm = Pick<
  Application,
  | 'name'
  | 'kind'
  | 'redirectUris'
  | 'postLogoutRedirectUris'
  | 'scopes'
  | 'logoUri'
  | 'policyUri'
  | 'tosUri'
  | 'launchUri'
  | 'legacyUrlParameters'
  | 'authentication'
  | 'jwks'
  | 'jwksUri'
>

const listKey = ['applications']
const keyOf = (id: string) => ['applications', id]

export type ApplicationOrder = 'newest' | 'oldest' | 'name'

/** How many a page of the list has. */
export const applicationsAtOnce = 20

/** One page of the list, counted from 1; the last one stays in sight until the next is here. */
export function useApplications(asked: { search: string; order: ApplicationOrder; page: number }) {
  const { search, order, page } = asked
  const query = new URLSearchParams({
    ...{ order, limit: String(applicationsAtOnce), offset: String((page - 1) * applicationsAtOnce) },
    ...(search === '' ? {} : { search }),
  })
  return useQuery({
    queryKey: [...listKey, 'list', asked],
    queryFn: () => callApi<ApplicationPage>('GET', `/applications?${query}`),
    placeholderData: keepPreviousData,
  })
}

export function useApplication(id: string) {
  return useQuery({
    queryKey: keyOf(id),
    queryFn: () => callApi<{ application: Application }>('GET', `/applications/${encodeURIComponent(id)}`),
  })
}

export function useCreateApplication() {
  return useChange((form: ApplicationForm) => callApi<NewSecret>('POST', '/applications', form))
}

export function useUpdateApplication(id: string) {
  return useChange((form: ApplicationForm) => callApi<SavedApplication>('PUT', `/applications/${id}`, form))
}

export function useRotateSecret(id: string) {
  return useChange((overlapSeconds: number) =>
    callApi<NewSecret>('POST', `/applications/${id}/secrets`, { overlapSeconds }),
  )
}

export function useRemoveApplication(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => callApi('DELETE', `/applications/${id}`),
    onSuccess: () => {
      client.removeQueries({ queryKey: keyOf(id) })
      return client.invalidateQueries({ queryKey: [...listKey, 'list'] })
    },
  })
}

function useChange<Input, Answer>(mutationFn: (input: Input) => Promise<Answer>) {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: listKey }) })
}

import { useQuery } from '@tanstack/react-query'
import type { PersonPage, PersonViews } from '#server/views/views.ts'
import { callApi } from './call-api.ts'

/** One page of a person's record, as the server has made it. */
export function usePersonPage<Page extends PersonPage>(patientId: string, page: Page) {
  return useQuery({
    queryKey: ['people', patientId, page],
    queryFn: () => callApi<PersonViews[Page]>('GET', `${personPath(patientId)}/${page}`),
  })
}

/** Where the portal's API has a person. */
export function personPath(patientId: string): string {
  return `/people/${encodeURIComponent(patientId)}`
}

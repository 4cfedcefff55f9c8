import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { PersonPage, PersonViews } from '#server/views/views.ts'
import { callApi } from './call-api.ts'

/**
 * One page of a person's record, as the server has made it. While another part of the same page is on its way (a filter, an older
 * part), the one before stays.
 */
export function usePersonPage<Page extends PersonPage>(patientId: string, page: Page, query = '') {
  return useQuery({
    queryKey: ['people', patientId, page, query],
    queryFn: () =>
      callApi<PersonViews[Page]>('GET', `/people/${encodeURIComponent(patientId)}/${page}${query}`),
    placeholderData: keepPreviousData,
  })
}

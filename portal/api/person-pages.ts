import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import type { PersonPage, PersonViews } from '#server/views/views.ts'
import { callApi } from './call-api.ts'

/**
 * One page of a person's record, as the server has made it. While another part of the same page is on its way (a filter, an older
 * part), the one before stays.
 */
export function usePersonPage<Page extends PersonPage>(patientId: string, page: Page, query = '') {
  return useQuery({
    queryKey: ['people', patientId, page, query],
    queryFn: () => callApi<PersonViews[Page]>('GET', `${personPath(patientId)}/${page}${query}`),
    placeholderData: keepPreviousData,
  })
}

/** Where the portal's API has a person. */
export function personPath(patientId: string): string {
  return `/people/${encodeURIComponent(patientId)}`
}

/** The timeline, a page after the other; filters are those of its address. */
export function useTimeline(patientId: string, filters: Readonly<Record<string, string>>) {
  return useInfiniteQuery({
    queryKey: ['people', patientId, 'timeline', filters],
    queryFn: ({ pageParam }) => {
      const search = new URLSearchParams(pageParam === undefined ? filters : { ...filters, after: pageParam })
      return callApi<PersonViews['timeline']>('GET', `${personPath(patientId)}/timeline?${search}`)
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
  })
}

/** What a question finds in a record. What was found before stays until the answer is here. */
export function useRecordSearch(patientId: string, question: string) {
  return useQuery({ ...searchOf(patientId, question), placeholderData: keepPreviousData })
}

/** An empty question lets the server read the record while somebody types the first word. */
export function usePrepareSearch(patientId: string): () => void {
  const client = useQueryClient()
  return () => void client.prefetchQuery(searchOf(patientId, ''))
}

function searchOf(patientId: string, question: string) {
  return {
    queryKey: ['people', patientId, 'search', question],
    queryFn: () =>
      callApi<PersonViews['search']>(
        'GET',
        `${personPath(patientId)}/search?${new URLSearchParams({ q: question })}`,
      ),
  }
}

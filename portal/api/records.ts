import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { FhirResource } from 'fhir/r4'
import { useEffect } from 'react'
import { callApi } from './call-api.ts'

interface RecordPage {
  count: number
  results: FhirResource[]
  next: string | null
}

/** How many records of each type a person's record holds. */
export function useRecordCounts(patientId: string) {
  return useQuery({
    queryKey: ['records', patientId, 'counts'],
    queryFn: () =>
      callApi<{ counts: Record<string, number> }>('GET', `/records?patient=${encodeURIComponent(patientId)}`),
  })
}

/** Pages that are fetched unasked: the server's order is not by date, and people want the newest first. */
const pagesUnasked = 10

/** The records of one type. Fetches up to a thousand by itself; `fetchNextPage` goes on from there. */
export function useRecords(patientId: string, type: string, isWanted: boolean) {
  const records = useInfiniteQuery({
    queryKey: ['records', patientId, type],
    enabled: isWanted,
    queryFn: ({ pageParam }) =>
      callApi<RecordPage>(
        'GET',
        `/records/${type}?patient=${encodeURIComponent(patientId)}${
          pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ''
        }`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = records
  const pages = data?.pages.length ?? 0
  const goesOn = hasNextPage && pages < pagesUnasked && !isFetching && !isError
  useEffect(() => {
    if (goesOn) void fetchNextPage()
  }, [goesOn, fetchNextPage])
  return records
}

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
const pagesUnasked = 12

interface Place {
  type: number
  cursor: string | null
}

/**
 * The records of some types, one type after the other. Fetches about a thousand by itself; `fetchNextPage` goes on
 * from there.
 */
export function useRecords(patientId: string, types: readonly string[]) {
  const records = useInfiniteQuery({
    queryKey: ['records', patientId, ...types],
    queryFn: ({ pageParam: { type, cursor } }) => {
      const query = new URLSearchParams({ patient: patientId, ...(cursor ? { cursor } : {}) })
      return callApi<RecordPage>('GET', `/records/${types[type]}?${query}`)
    },
    initialPageParam: { type: 0, cursor: null } as Place,
    getNextPageParam: (page, _pages, { type }): Place | undefined => {
      if (page.next !== null) return { type, cursor: page.next }
      return type + 1 < types.length ? { type: type + 1, cursor: null } : undefined
    },
  })
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = records
  const pages = data?.pages.length ?? 0
  const goesOn = hasNextPage && pages < pagesUnasked && !isFetching && !isError
  useEffect(() => {
    if (goesOn) void fetchNextPage()
  }, [goesOn, fetchNextPage])
  return {
    ...records,
    isComplete: !hasNextPage,
    goesOnByItself: hasNextPage && pages < pagesUnasked && !isError,
  }
}

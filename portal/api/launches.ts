import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import type { LaunchChoices } from '#server/portal-api/answers.ts'
import { callApi } from './call-api.ts'

export interface LaunchForm {
  /** Why the account may see the patient. */
  associationId: string
  patientId: string
  applicationId: string
  encounterId: string | null
  intent: string | null
}

export function useLaunchChoices(associationId: string, patientId: string) {
  const query = new URLSearchParams({ association: associationId, patient: patientId })
  return useInfiniteQuery({
    queryKey: ['launch-choices', associationId, patientId],
    queryFn: ({ pageParam }) =>
      callApi<LaunchChoices>(
        'GET',
        `/launches/choices?${query}${pageParam ? `&cursor=${encodeURIComponent(pageParam)}` : ''}`,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
  })
}

/**
 * Opens an application in a new tab. The tab is there before the server answers, as browsers let only a click open one; it
 * does not keep a way back to this page.
 */
export function useLaunch() {
  return useMutation({
    mutationFn: async (form: LaunchForm) => {
      const tab = window.open('', '_blank')
      try {
        const { url } = await callApi<{ url: string }>('POST', '/launches', form)
        if (!tab) return window.location.assign(url)
        tab.opener = null
        tab.location.replace(url)
      } catch (error) {
        tab?.close()
        throw error
      }
    },
  })
}

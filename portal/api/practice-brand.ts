import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { PracticeBrand } from '#server/portal-api/answers.ts'
import { callApi } from './call-api.ts'

const keyOf = (practiceId: string) => ['practice', practiceId, 'brand']

export function useBrand(practiceId: string) {
  return useQuery({
    queryKey: keyOf(practiceId),
    queryFn: () => callApi<{ brand: PracticeBrand }>('GET', `/practices/${practiceId}/brand`),
  })
}

export function useSaveBrand(practiceId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (brand: PracticeBrand) =>
      callApi<{ brand: PracticeBrand }>('PUT', `/practices/${practiceId}/brand`, brand),
    onSuccess: (saved) => client.setQueryData(keyOf(practiceId), saved),
  })
}

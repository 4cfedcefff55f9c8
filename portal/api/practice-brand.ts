import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { callApi } from './call-api.ts'

/** What a practice publishes of itself. */
export interface PracticeBrand {
  isListed: boolean
  name: string
  aliases: string[]
  npi: string | null
  website: string | null
  logoUri: string | null
  description: string | null
  phone: string | null
  addressLine: string | null
  city: string | null
  state: string | null
  postalCode: string | null
}

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

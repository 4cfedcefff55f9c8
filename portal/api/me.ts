import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { callApi, rememberCsrfToken } from './call-api.ts'

export interface Account {
  id: string
  email: string
  displayName: string
  /** Another account has the same address, from before addresses had one form. */
  isAddressShared: boolean
}

export interface Practice {
  id: string
  name: string
  kind: 'practice' | 'sandbox'
}

export interface PatientSummary {
  id: string
  name: string
  birthDate: string | null
  gender: string | null
}

export interface Association {
  id: string
  role: 'patient' | 'proxy' | 'provider' | 'staff'
  relationship: string
  practice: Practice & { requiresSecondStep: boolean }
  patient: PatientSummary | null
  /** The record that is the person's own; one of all associations at most. */
  isOwn: boolean
  /** The practice opens its panel only after a second step, which this sign-in had not. */
  needsSecondStep: boolean
}

export interface Urls {
  portal: string
  fhirClassic: string
  authorize: string
  token: string
  tutorial: string
  documentation: string
}

export interface Me {
  account: Account
  csrfToken: string
  signInId: string
  associations: Association[]
  /** Accepted with another address than the invited one; the practice has not confirmed yet. */
  waitingInvitations: Array<{ practice: string; claimedAt: string }>
  hasMoreWaitingInvitations: boolean
  /** Who may open a practice or a sandbox. */
  signUp: Record<'practice' | 'developer', 'open' | 'invitation' | 'closed'>
  urls: Urls
  isProduction: boolean
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async () => {
    const me = await callApi<Me>('GET', '/me')
    rememberCsrfToken(me.csrfToken)
    return me
  },
})

/** Who is signed in. The frame of the portal waits for it, so that every screen has it. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data
}

export function useRename() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (displayName: string) => callApi('PATCH', '/me', { displayName }),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
}

export function useChangePassword() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (form: { current: string; next: string }) => callApi('POST', '/me/password', form),
    // A new password ends the other sign-ins and every app's access.
    onSuccess: () => client.invalidateQueries(),
  })
}

export function useChangeEmail() {
  return useMutation({
    mutationFn: (form: { password: string; email: string }) => callApi('POST', '/me/email', form),
  })
}

export function useCreatePractice() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => callApi<{ practice: Practice }>('POST', '/practices', { name }),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
}

export function useCreateSandbox() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => callApi<{ practice: Practice }>('POST', '/sandboxes', {}),
    onSuccess: () => client.invalidateQueries({ queryKey: meQuery.queryKey }),
  })
}

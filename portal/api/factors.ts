import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AppSecret, Factors, NewCodes } from '#server/portal-api/answers.ts'
import { callApi } from './call-api.ts'

export function useFactors() {
  return useQuery({ queryKey: ['factors'], queryFn: () => callApi<Factors>('GET', '/me/factors') })
}

/** Every change may open or close a practice's panel, and the first one ends other sign-ins. */
function useChange<Input, Answer>(change: (input: Input) => Promise<Answer>) {
  const client = useQueryClient()
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries() })
}

export function useStartApp() {
  return useMutation({ mutationFn: () => callApi<AppSecret>('POST', '/me/factors/authenticator-app', {}) })
}

export function useConfirmApp() {
  return useChange((code: string) =>
    callApi<NewCodes>('POST', '/me/factors/authenticator-app/confirm', { code }),
  )
}

export function useRemoveApp() {
  return useChange(() => callApi<void>('DELETE', '/me/factors/authenticator-app'))
}

export function useAddPasskey() {
  return useChange(async (name: string) => {
    const options = await callApi<PublicKeyCredentialCreationOptionsJSON>(
      'POST',
      '/me/factors/passkeys/options',
      {},
    )
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
    const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
    return callApi<NewCodes>('POST', '/me/factors/passkeys', { name, response: credential.toJSON() })
  })
}

export function useRemovePasskey() {
  return useChange((id: string) => callApi<void>('DELETE', `/me/factors/passkeys/${id}`))
}

export function useRenewCodes() {
  return useChange(() => callApi<NewCodes>('POST', '/me/factors/recovery-codes', {}))
}

/** Older browsers, and addresses without TLS, have no passkeys. */
export const hasPasskeys =
  typeof window.PublicKeyCredential === 'function' && 'parseCreationOptionsFromJSON' in PublicKeyCredential

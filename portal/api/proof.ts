import { callApi } from './call-api.ts'

/** Proves in this sign-in who the person is; changes that need it are possible for ten minutes. */
export function proveWithPassword(password: string): Promise<void> {
  return callApi('POST', '/me/proof', { password })
}

export async function proveWithPasskey(): Promise<void> {
  const options = await callApi<PublicKeyCredentialRequestOptionsJSON>(
    'POST',
    '/me/proof/passkey/options',
    {},
  )
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
  await callApi('POST', '/me/proof/passkey', { response: credential.toJSON() })
}

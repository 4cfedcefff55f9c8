import type { IncomingMessage } from 'node:http'
import type { Applications } from '#server/applications/applications.ts'

const tokenParameters = [
  'grant_type',
  'code',
  'refresh_token',
  'client_secret',
  'client_assertion',
  'code_verifier',
  'token',
]

/** Why a token request with parameters in its address is refused; undefined when it may go on. */
export const urlParametersRefusal =
  'Send the parameters in the body, not in the address: addresses end up in logs and histories, and a secret in one is a leak. An old application that cannot change may switch on "accept parameters in the URL (legacy)" in its settings.'

/** Whether a token request carries any of its parameters in the address. */
export function hasTokenParameters(query: URLSearchParams): boolean {
  return tokenParameters.some((name) => query.has(name))
}

/**
 * Moves the parameters of an empty POST from its address into its body, when the application has that switched on.
 * False when it may not.
 */
export async function acceptUrlParameters(
  request: IncomingMessage & { body?: unknown },
  query: URLSearchParams,
  applications: Pick<Applications, 'find'>,
): Promise<boolean> {
  const application = await applications.find(query.get('client_id') ?? '')
  const length = Number(request.headers['content-length'] ?? 0)
  if (!application?.legacyUrlParameters || length !== 0 || request.headers['transfer-encoding']) return false
  for await (const _chunk of request) return false
  // The engine takes a body that was read before it from here.
  request.body = query.toString()
  request.headers['content-type'] = 'application/x-www-form-urlencoded'
  return true
}

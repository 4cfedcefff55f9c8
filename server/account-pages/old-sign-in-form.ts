import type { FastifyRequest } from 'fastify'
import { normalizeAddress } from '#server/addresses.ts'
import { keepsCookies } from '#server/http/browser.ts'
import { readField, readTrimmed } from './form-values.ts'
import { parseLocalPath } from './local-path.ts'

/**
 * A form of the sign-in that another tab has overtaken: the person goes on where this tab was going. Who named another account than the one
 * that is signed in is asked; where nobody is signed in any more, the form is shown anew.
 */
export function ofOldSignInForm(isSecure: boolean) {
  return (request: FastifyRequest): string | undefined => {
    if (!keepsCookies(request, isSecure)) return undefined
    const next = parseLocalPath(readField(request, 'next')) ?? '/'
    const query = `next=${encodeURIComponent(next)}`
    if (!request.signedIn) return `/signin?${query}`
    const email = normalizeAddress(readTrimmed(request, 'email'))
    const isSame = email === '' || email === normalizeAddress(request.signedIn.account.email)
    return isSame ? next : `/signin?${query}&switch=1`
  }
}

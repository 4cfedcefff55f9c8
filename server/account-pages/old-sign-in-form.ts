import type { FastifyRequest } from 'fastify'
import { normalizeAddress } from '#server/addresses.ts'
import { keepsCookies } from '#server/http/browser.ts'
import { readField, readTrimmed } from './form-values.ts'
import { parseLocalPath } from './local-path.ts'

/**
 * A sign-in form that another tab has overtaken. The person goes on to the page that this tab wanted. When the form names another account than
 * the one that is signed in, the person is asked. When nobody is signed in any more, the form is shown again.
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

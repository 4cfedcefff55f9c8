import { OnpatientError } from '../errors.ts'
import type { Application, ApplicationForm } from './application.ts'
import { type FetchLimits, faultOfAddress } from './fetch-key-set.ts'
import { checkKeySet, type KeySet } from './key-set.ts'

/** How an application proves who it is, and the protections that it requires for its own requests. */
export type AuthenticationForm = Pick<
  Application,
  'authentication' | 'jwks' | 'jwksUri' | 'requiresPar' | 'requiresDpop'
>

export interface KeyLimits extends FetchLimits {
  mostKeys: number
}

/** Checks that part of a form. A field that is left out stays as it was. Throws `invalid-parameter` naming the field. */
export function checkAuthentication(
  form: ApplicationForm,
  limits: KeyLimits,
  current?: AuthenticationForm,
): AuthenticationForm {
  return {
    ...checkKeys(form, limits, current),
    requiresPar: form.requiresPar ?? current?.requiresPar ?? false,
    requiresDpop: form.requiresDpop ?? current?.requiresDpop ?? false,
  }
}

function checkKeys(
  form: ApplicationForm,
  limits: KeyLimits,
  current: AuthenticationForm | undefined,
): Pick<AuthenticationForm, 'authentication' | 'jwks' | 'jwksUri'> {
  const none = { jwks: undefined, jwksUri: undefined }
  if (form.kind === 'public') {
    if (form.authentication === 'key' || form.authentication === 'secret')
      throw invalid(
        'authentication',
        'A public application cannot keep a secret or a key. Register a confidential one.',
      )
    return { authentication: 'none', ...none }
  }
  const authentication = form.authentication ?? (current?.authentication === 'key' ? 'key' : 'secret')
  if (authentication === 'none')
    throw invalid(
      'authentication',
      'A confidential application has a secret or a key. Register a public one.',
    )
  if (authentication === 'secret') return { authentication, ...none }
  const keys = form.jwks === undefined && !form.jwksUri ? currentKeys(current) : givenKeys(form, limits)
  return { authentication, ...keys }
}

function currentKeys(current: AuthenticationForm | undefined): Pick<AuthenticationForm, 'jwks' | 'jwksUri'> {
  if (current?.jwks === undefined && current?.jwksUri === undefined)
    throw invalid('jwks', 'Give the public keys: as a JWK Set, or the https:// address where you publish it.')
  return { jwks: current.jwks, jwksUri: current.jwksUri }
}

function givenKeys(
  form: ApplicationForm,
  limits: KeyLimits,
): { jwks: KeySet | undefined; jwksUri: string | undefined } {
  const jwksUri = form.jwksUri?.trim() || undefined
  if (form.jwks !== undefined && jwksUri !== undefined)
    throw invalid('jwksUri', 'Give either the key set itself or its address, not both (RFC 7591 §2).')
  if (jwksUri === undefined) return { jwks: checkKeySet(form.jwks, limits.mostKeys), jwksUri }
  const fault = jwksUri.length > 2000 ? 'is longer than 2000 characters.' : faultOfAddress(jwksUri, limits)
  if (fault !== undefined) throw invalid('jwksUri', `The address of the key set ${fault}`)
  return { jwks: undefined, jwksUri }
}

function invalid(field: string, message: string): OnpatientError {
  return new OnpatientError('invalid-parameter', message, { field })
}

import { isContextScope } from '#fhir/scope/context-scopes.ts'
import { parseClinicalScope, splitScopes, writes } from '#fhir/scope/scope.ts'
import { readScopeFilter } from '#fhir/scope/scope-filter.ts'
import { OnpatientError } from '../errors.ts'
import { type Limits, sayLimit } from '../limits.ts'
import type { ApplicationForm } from './application.ts'
import {
  assertNoAnswerParameters,
  assertNotPlain,
  assertRedirectUri,
  findRedirectUriFault,
  hasPrivateUseScheme,
  isPlainHttp,
} from './redirect-uri.ts'

/** The scopes of a new application whose developer chooses none: the whole record, for as long as the person allows. */
export const defaultScopes: readonly string[] = ['patient/*.read', 'user/*.read', 'offline_access']

export interface FormLimits extends Limits {
  /** Whether people may be sent over plain http to other machines than their own. */
  allowsPlainRedirects: boolean
}

/** Checks a form and returns it trimmed. Stops at the first fault and throws an error that names the field. */
export function checkApplicationForm(form: ApplicationForm, limits: FormLimits): ApplicationForm {
  const checked = checkFields(form, limits)
  if (!limits.allowsPlainRedirects) {
    for (const uri of checked.redirectUris) assertNotPlain(uri, 'redirectUris')
    for (const uri of checked.postLogoutRedirectUris ?? []) assertNotPlain(uri, 'postLogoutRedirectUris')
    if (checked.launchUri) assertNotPlain(checked.launchUri, 'launchUri')
  }
  return checked
}

function checkFields(form: ApplicationForm, limits: Limits): ApplicationForm {
  const scopes = checkScopes(form.scopes, {
    hasKey: form.kind === 'confidential' && form.authentication === 'key',
  })
  // A service that acts for no person sends nobody to the authorization page.
  const isServiceOnly = scopes.every((scope) => scope.startsWith('system/'))
  return {
    name: checkName(form.name),
    kind: form.kind,
    redirectUris: isServiceOnly && form.redirectUris.length === 0 ? [] : checkRedirectUris(form, limits),
    postLogoutRedirectUris: checkPostLogoutRedirectUris(form, limits),
    scopes,
    logoUri: checkLogo(form.logoUri),
    policyUri: checkLink(form.policyUri, 'policyUri'),
    tosUri: checkLink(form.tosUri, 'tosUri'),
    launchUri: checkLaunchUri(form.launchUri),
    legacyUrlParameters: form.legacyUrlParameters === true,
  }
}

function checkName(text: string): string {
  const name = text.trim().replaceAll(/\s+/g, ' ')
  if (name === '')
    throw invalid('name', 'Give the application a name: people see it when they are asked for access.')
  if (name.length > 100) throw invalid('name', 'The name is longer than 100 characters.')
  // Invisible and direction-changing characters could make a name look like another one on the consent page.
  if (/[\p{Cc}\p{Cf}\p{Co}]/u.test(name)) throw invalid('name', 'The name contains invisible characters.')
  return name
}

function checkRedirectUris({ redirectUris, kind }: ApplicationForm, limits: Limits): string[] {
  const field = 'redirectUris'
  const uris = [...new Set(redirectUris.map((text) => text.trim()).filter((text) => text !== ''))]
  if (uris.length === 0)
    throw new OnpatientError('redirect-uri-invalid', 'Add at least one redirect URI.', {
      field: 'redirectUris',
    })
  assertFew(uris, field, limits)
  for (const uri of uris) {
    assertRedirectUri(uri, { field, isNative: kind === 'public' })
    assertNoAnswerParameters(uri)
  }
  // RFC 8252 §8.4: the other addresses of such a program are the person's machine and pages on https.
  const plain = uris.some(hasPrivateUseScheme) ? uris.find(isPlainHttp) : undefined
  if (plain !== undefined)
    throw new OnpatientError(
      'redirect-uri-invalid',
      `"${plain.slice(0, 200)}" is plain http, which an application with a scheme of its own may use on the person's machine alone.`,
      { field },
    )
  return uris
}

/** OpenID Connect RP-Initiated Logout §3.1. The rules of redirect URIs hold, because a browser is sent to these addresses, too. */
function checkPostLogoutRedirectUris(
  { postLogoutRedirectUris = [], kind }: ApplicationForm,
  limits: Limits,
): string[] {
  const field = 'postLogoutRedirectUris'
  const uris = [...new Set(postLogoutRedirectUris.map((text) => text.trim()).filter((text) => text !== ''))]
  assertFew(uris, field, limits)
  return uris.map((uri) => assertRedirectUri(uri, { field, isNative: kind === 'public' }))
}

function assertFew(uris: string[], field: string, limits: Limits): void {
  if (uris.length <= limits.redirectUrisOfApplication) return
  throw new OnpatientError('redirect-uri-invalid', sayLimit(limits, 'redirectUrisOfApplication'), { field })
}

function checkScopes(texts: string[], { hasKey }: { hasKey: boolean }): string[] {
  const scopes = splitScopes(texts.join(' '))
  const wanted = scopes.length > 0 ? scopes : [...defaultScopes]
  if (wanted.length > 200)
    throw new OnpatientError('scope-invalid', 'At most 200 scopes.', { field: 'scopes' })
  for (const scope of wanted) assertRegistrable(scope, { hasKey })
  return wanted
}

/** Only practices write: `user` scopes are for people of a practice, `system` scopes for services that it approves. */
function assertRegistrable(scope: string, { hasKey }: { hasKey: boolean }): void {
  if (isContextScope(scope)) return
  const clinical = parseClinicalScope(scope)
  if (clinical === undefined)
    throw new OnpatientError(
      'scope-invalid',
      `"${scope.slice(0, 100)}" is not a scope. Write for example patient/Immunization.read or patient/*.rs.`,
      { field: 'scopes' },
    )
  if (readScopeFilter(clinical) === undefined)
    throw new OnpatientError(
      'scope-invalid',
      `"${scope.slice(0, 100)}": a filter may only name parameters that are codes, such as category, code or status of that type.`,
      { field: 'scopes' },
    )
  if (clinical.context === 'system') {
    // SMART App Launch 2.2, backend services: the client must authenticate asymmetrically.
    if (hasKey) return
    throw new OnpatientError(
      'scope-invalid',
      `"${scope}": system scopes need an application that authenticates by a key (private_key_jwt).`,
      { field: 'scopes' },
    )
  }
  if (clinical.context === 'patient' && writes(clinical))
    throw new OnpatientError(
      'scope-invalid',
      `"${scope}": patients do not change their records. Use .read or .rs; an app for people of a practice may ask for ${scope.replace('patient/', 'user/')}.`,
      { field: 'scopes' },
    )
}

function checkLink(text: string | undefined, field: string): string | undefined {
  const link = text?.trim()
  if (!link) return undefined
  if (link.length > 2000 || !/^https?:\/\//i.test(link) || !URL.canParse(link))
    throw invalid(field, 'Must be an http:// or https:// address.')
  return link
}

/** The consent page shows the logo, and its policy names the host, where an IPv6 address, `;` or `,` cannot stand. */
function checkLogo(text: string | undefined): string | undefined {
  const link = checkLink(text, 'logoUri')
  if (link === undefined || /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(new URL(link).hostname)) return link
  throw invalid('logoUri', 'The host must be a name of letters, digits, hyphens and dots.')
}

/** The browser is sent to this address with a secret in it, so the address must not mislead. */
function checkLaunchUri(text: string | undefined): string | undefined {
  const uri = text?.trim()
  if (!uri) return undefined
  const fault = findRedirectUriFault(uri)
  if (fault !== undefined) throw invalid('launchUri', `"${uri.slice(0, 200)}" ${fault}`)
  const { searchParams } = new URL(uri)
  const taken = ['iss', 'launch'].find((name) => searchParams.has(name))
  if (taken !== undefined)
    throw invalid('launchUri', `Leave "${taken}" out of the address: each launch adds it.`)
  return uri
}

function invalid(field: string, message: string): OnpatientError {
  return new OnpatientError('invalid-parameter', message, { field })
}

import type { Application } from '#server/portal-api/answers.ts'
import type { ApplicationForm } from '../../../api/applications.ts'
import { keysOf, keysTextOf } from './proof-choice.tsx'
import { type ScopeDraft, scopeDraftOf, scopesOf } from './scope-draft.ts'

/** A row of the form. The key stays while its text changes and other rows come and go. */
export interface RedirectUriRow {
  key: number
  text: string
}

/** What stands in the form, as typed. */
export interface ApplicationDraft {
  name: string
  kind: Application['kind']
  redirectUris: RedirectUriRow[]
  /** One address a line, as typed. */
  postLogoutRedirectUris: string
  scopes: ScopeDraft
  logoUri: string
  policyUri: string
  tosUri: string
  launchUri: string
  legacyUrlParameters: boolean
  /** Of a confidential application. */
  proof: 'secret' | 'key'
  /** An address or a key set, as typed. */
  keys: string
}

let lastKey = 0

export function newRow(text = ''): RedirectUriRow {
  lastKey += 1
  return { key: lastKey, text }
}

export function emptyDraft(): ApplicationDraft {
  return {
    name: '',
    kind: 'confidential',
    redirectUris: [newRow()],
    postLogoutRedirectUris: '',
    scopes: { wholeOfPatient: true, wholeOfUser: true, offline: true, others: '' },
    logoUri: '',
    policyUri: '',
    tosUri: '',
    launchUri: '',
    legacyUrlParameters: false,
    proof: 'secret',
    keys: '',
  }
}

export function draftOf(application: Application): ApplicationDraft {
  return {
    name: application.name,
    kind: application.kind,
    redirectUris: application.redirectUris.map(newRow),
    postLogoutRedirectUris: application.postLogoutRedirectUris.join('\n'),
    scopes: scopeDraftOf(application.scopes),
    logoUri: application.logoUri ?? '',
    policyUri: application.policyUri ?? '',
    tosUri: application.tosUri ?? '',
    launchUri: application.launchUri ?? '',
    legacyUrlParameters: application.legacyUrlParameters,
    proof: application.authentication === 'key' ? 'key' : 'secret',
    keys: keysTextOf(application),
  }
}

/** Empty rows are sent too, and left out by the server: so the row it finds fault with has the number it has here. */
export function formOf(draft: ApplicationDraft): ApplicationForm {
  return {
    name: draft.name,
    kind: draft.kind,
    redirectUris: draft.redirectUris.map(({ text }) => text),
    postLogoutRedirectUris: linesOf(draft.postLogoutRedirectUris),
    scopes: scopesOf(draft.scopes),
    logoUri: draft.logoUri || null,
    policyUri: draft.policyUri || null,
    tosUri: draft.tosUri || null,
    launchUri: draft.launchUri || null,
    legacyUrlParameters: draft.legacyUrlParameters,
    authentication: draft.kind === 'public' ? 'none' : draft.proof,
    ...(usesKey(draft) ? keysOf(draft.keys) : { jwks: null, jwksUri: null }),
  }
}

function linesOf(text: string): string[] {
  return text.split(/\s+/).filter((line) => line !== '')
}

export function usesKey({ kind, proof }: Pick<ApplicationDraft, 'kind' | 'proof'>): boolean {
  return kind === 'confidential' && proof === 'key'
}

export function isUnchanged(draft: ApplicationDraft, application: Application): boolean {
  return JSON.stringify(formOf(draft)) === JSON.stringify(formOf(draftOf(application)))
}

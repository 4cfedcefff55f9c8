import type { KeySet } from './key-set.ts'

/** A registered OAuth client. Its id is the client_id. */
export interface Application {
  id: string
  ownerAccountId: string
  name: string
  kind: 'confidential' | 'public'
  /** The scopes that the application may ask for. A request without `scope` asks for all of them. */
  scopes: string[]
  redirectUris: string[]
  /** Where a browser may go after it was signed out (OpenID Connect RP-Initiated Logout §3.1). */
  postLogoutRedirectUris: string[]
  logoUri: string | undefined
  policyUri: string | undefined
  tosUri: string | undefined
  /** The address by which the portal starts it (SMART App Launch, EHR launch); undefined: it only starts alone. */
  launchUri: string | undefined
  legacyUrlParameters: boolean
  /** How it proves at the token endpoint who it is: by a secret, by a signature (private_key_jwt), or not at all. */
  authentication: 'secret' | 'key' | 'none'
  /** Its public keys, or where they are published; both undefined unless it authenticates by a key. */
  jwks: KeySet | undefined
  jwksUri: string | undefined
  /** Authorization starts with a pushed request only (RFC 9126). */
  requiresPar: boolean
  /** Its tokens are bound to a key of its own (RFC 9449). */
  requiresDpop: boolean
  /** A backend service: has system scopes, which work only with the approval of a practice. */
  isBackend: boolean
  /** It must say for which server its token is meant (`aud`), because it has a launch URL or came by dynamic registration. */
  requiresAudience: boolean
  createdAt: Date
  updatedAt: Date
}

export interface ApplicationForm {
  name: string
  kind: 'confidential' | 'public'
  redirectUris: string[]
  /** When a change leaves it out, it stays as before. */
  postLogoutRedirectUris?: string[] | undefined
  scopes: string[]
  logoUri?: string | undefined
  policyUri?: string | undefined
  tosUri?: string | undefined
  launchUri?: string | undefined
  legacyUrlParameters?: boolean | undefined
  /** For a confidential application; default 'secret'. */
  authentication?: Application['authentication'] | undefined
  /** A JWK Set as the developer gave it. */
  jwks?: unknown
  jwksUri?: string | undefined
  requiresPar?: boolean | undefined
  requiresDpop?: boolean | undefined
}

/** Something to tell the developer that does not stop the application from working. */
export interface Warning {
  field: string
  message: string
}

/** A registered OAuth client. Its id is the client_id. */
export interface Application {
  id: string
  ownerAccountId: string
  name: string
  kind: 'confidential' | 'public'
  /** What the application may ask for; a request without `scope` asks for all of them. */
  scopes: string[]
  redirectUris: string[]
  logoUri: string | undefined
  policyUri: string | undefined
  tosUri: string | undefined
  legacyUrlParameters: boolean
  createdAt: Date
  updatedAt: Date
}

export interface ApplicationForm {
  name: string
  kind: 'confidential' | 'public'
  redirectUris: string[]
  scopes: string[]
  logoUri?: string | undefined
  policyUri?: string | undefined
  tosUri?: string | undefined
  legacyUrlParameters?: boolean | undefined
}

/** What is known of a secret after it was shown once. */
export interface SecretSummary {
  id: string
  createdAt: Date
  /** Set on an older secret that still works until then. */
  expiresAt: Date | undefined
}

/** Something to tell the developer that does not stop the application from working. */
export interface Warning {
  field: string
  message: string
}

export interface Applications {
  /**
   * Registers an application; `secret` is shown to the owner once (undefined for a public one).
   * Throws `not-associated` when the owner has no provider, `invalid-parameter`, `redirect-uri-invalid`,
   * `scope-invalid`, each naming its field.
   */
  create(
    ownerAccountId: string,
    form: ApplicationForm,
  ): Promise<{ application: Application; secret: string | undefined; warnings: Warning[] }>
  /** With an id and secret chosen by the caller: for the demo, whose values are documented. */
  createKnown(ownerAccountId: string, form: ApplicationForm, id: string, secret: string): Promise<Application>
  /** Throws `not-found` when it is not the owner's, and as `create`. */
  update(
    ownerAccountId: string,
    applicationId: string,
    form: ApplicationForm,
  ): Promise<{ application: Application; warnings: Warning[] }>
  /** A new secret; the others keep working for `overlapSeconds` (0 to 30 days). Throws `not-found`. */
  rotateSecret(ownerAccountId: string, applicationId: string, overlapSeconds: number): Promise<string>
  listSecrets(applicationId: string): Promise<SecretSummary[]>
  /** Ends all its grants. Throws `not-found`. */
  remove(ownerAccountId: string, applicationId: string): Promise<void>
  /** Undefined when unknown or deleted. */
  find(applicationId: string): Promise<Application | undefined>
  listOwned(ownerAccountId: string): Promise<Application[]>
  /** Compares with every live secret, each in constant time. */
  isSecretOf(applicationId: string, secret: string): Promise<boolean>
}

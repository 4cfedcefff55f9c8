export interface ClientSettings {
  portalUrl: string
  fhirUrl: string
  applicationId: string
  applicationSecret: string
  /** The address to which the browser comes back. */
  redirectUri: string
  /** Each request may take so long. */
  timeoutMs: number
}

/** People who can sign in. The start page lists them. */
export interface DemoSignIns {
  password: string
  people: ReadonlyArray<{ who: string; email: string; sees: string }>
}

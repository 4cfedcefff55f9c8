export interface ClientSettings {
  portalUrl: string
  fhirUrl: string
  applicationId: string
  applicationSecret: string
  /** Where the browser comes back to. */
  redirectUri: string
  /** How long each request may take. */
  timeoutMs: number
}

/** Who can sign in, to be told on the start page. */
export interface DemoSignIns {
  password: string
  people: ReadonlyArray<{ who: string; email: string; sees: string }>
}

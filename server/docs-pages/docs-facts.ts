import type { LimitArea } from '../limits.ts'

/** A type of record that the classic API serves, as its table says. */
export interface ClassicType {
  type: string
  /** Whether lists of it take `date`. */
  hasDate: boolean
  /** Whether lists of it take `patient`. */
  hasPatient: boolean
  /** What it holds. */
  description: string
}

/** A scope, with what it allows; `code` between backticks. */
export interface ScopeFact {
  scope: string
  documentation: string
  kind: 'clinical' | 'identity' | 'refresh' | 'launch'
}

/** A type of record that the R4 API serves, with its own search parameters. */
export interface R4Type {
  type: string
  parameters: readonly string[]
}

export interface Limits {
  codeSeconds: number
  /** How long the launch id of an app that was opened from here works. */
  launchSeconds: number
  accessTokenSeconds: number
  /** Counted from its last use, as each use brings a new one. */
  refreshTokenSeconds: number
  /** How long a used refresh token still works, in case the answer got lost; 0: not at all. */
  refreshGraceSeconds: number
  /** Records on a page of a list: without `page-size`, and at most. */
  pageSize: number
  maximumPageSize: number
  /** The same for searches of the R4 API, and over how many types one search may go. */
  r4: { pageSize: number; maximumPageSize: number; types: number }
  /** The largest body of a write. */
  bodyBytes: number
  /** How many requests the tokens of one grant may send in the window of that limit. */
  tokenRequests: number
}

export interface SettingFact {
  name: string
  form: string
  default: string
  help: string
}

/** Facts about this server on the pages. Each value comes from the part that enforces it. */
export interface DocsFacts {
  portalUrl: string
  fhirUrl: string
  isProduction: boolean
  classicTypes: readonly ClassicType[]
  r4Types: readonly R4Type[]
  scopes: readonly ScopeFact[]
  limits: Limits
  /** Every bound and limit of this server, in words: server/limits.ts. */
  bounds: Readonly<Record<LimitArea, ReadonlyArray<{ what: string; most: string; beyond: string }>>>
  /** The pages show them outside production only. */
  settings: readonly SettingFact[]
}

/** '60 seconds', '48 hours', '396 days'. */
export function formatDuration(seconds: number): string {
  const units = [
    { name: 'day', seconds: 86_400, from: 3 * 86_400 },
    { name: 'hour', seconds: 3600, from: 2 * 3600 },
    { name: 'minute', seconds: 60, from: 2 * 60 },
  ]
  const unit = units.find((each) => seconds >= each.from && seconds % each.seconds === 0)
  if (!unit) return seconds === 1 ? '1 second' : `${seconds} seconds`
  return `${seconds / unit.seconds} ${unit.name}s`
}

/** '8 MB', '1.5 MB'. */
export function formatMegabytes(bytes: number): string {
  return `${Math.round((bytes / 1024 ** 2) * 10) / 10} MB`
}

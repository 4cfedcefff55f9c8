/**
 * Every scope that opens no record by itself, one row each: identity, refresh and launch context (SMART App Launch 2.2). Discovery,
 * the engine of authorization, the consent page, the portal and the documentation are made from these rows.
 */
export type ContextScopeRow = IdentityScope | RefreshScope | LaunchScope

interface DocumentedScope {
  /** What it does, for developers; `code` between backticks. */
  documentation: string
}

/** With `openid` the application learns something about the person. */
export interface IdentityScope extends DocumentedScope {
  kind: 'identity'
  /** What the application learns, as the consent page lists it: "your name". */
  learned: string
  /** The same on the page that asks for sign-in alone: "Your name". */
  learnedBySignIn: string
  /** Its line in the list of connected apps: "See your name". */
  connected: string
  /** Claims of the id_token (OpenID Connect Core §5.4). */
  claims: readonly string[]
}

/** It asks for a refresh token. A person who allows a single visit does not give it. */
export interface RefreshScope extends DocumentedScope {
  kind: 'refresh'
  /** Its line in the list of connected apps. */
  connected: string
}

/** It asks to work on one patient. The list of connected apps names that patient instead of the scope. */
export interface LaunchScope extends DocumentedScope {
  kind: 'launch'
  /** What the person chooses for an application that starts alone; undefined: the launch has it already. */
  choice: 'patient' | 'encounter' | undefined
}

/** In the order of the discovery documents. */
export const contextScopes = {
  openid: {
    kind: 'identity',
    documentation:
      'Learn which account signed in: an id token comes with the access token. Works alone, without access to records',
    learned: 'your account',
    learnedBySignIn: 'A number that stands for your account here',
    connected: 'Know who you are here',
    claims: ['sub', 'sid', 'amr'],
  },
  fhirUser: {
    kind: 'identity',
    documentation: "With `openid`: learn which record is the person's own, and read that one",
    learned: 'what the record says of you (name, contact and date of birth)',
    learnedBySignIn:
      'Which person of the records you are, and what is written there of you: name, contact and date of birth',
    connected: 'Know which person of the record you are',
    claims: ['fhirUser'],
  },
  profile: {
    kind: 'identity',
    documentation: "With `openid`: learn the person's name",
    learned: 'your name',
    learnedBySignIn: 'Your name',
    connected: 'See your name',
    claims: ['name'],
  },
  email: {
    kind: 'identity',
    documentation: "With `openid`: learn the person's e-mail address",
    learned: 'your e-mail address',
    learnedBySignIn: 'Your e-mail address',
    connected: 'See your e-mail address',
    claims: ['email', 'email_verified'],
  },
  offline_access: {
    kind: 'refresh',
    documentation:
      'Go on reading while the person is away; a classic application gets a refresh token without asking',
    connected: 'Stay connected while you are away',
  },
  online_access: {
    kind: 'refresh',
    documentation: 'Go on reading while the person is signed in here; refreshing stops when the sign-in ends',
    connected: 'Stay connected while you are signed in',
  },
  launch: {
    kind: 'launch',
    documentation: 'Work on the patient for whom the portal opened the application',
    choice: undefined,
  },
  'launch/patient': {
    kind: 'launch',
    documentation: 'Work on one patient, whom the person chooses',
    choice: 'patient',
  },
  'launch/encounter': {
    kind: 'launch',
    documentation:
      'Learn for which visit the application was opened, or which visit the person chose, if there is one',
    choice: 'encounter',
  },
} as const satisfies ContextScopeTable

export type ContextScopeTable = Readonly<Record<string, ContextScopeRow>>

/** Whether a scope opens no record by itself. */
export function isContextScope(scope: string, table: ContextScopeTable = contextScopes): boolean {
  return Object.hasOwn(table, scope)
}

/** Those of `scopes` that have a row of this kind, with the row, in the order of the table. */
export function rowsOfKind<Kind extends ContextScopeRow['kind']>(
  kind: Kind,
  scopes: readonly string[],
  table: ContextScopeTable = contextScopes,
): Array<{ scope: string; row: Extract<ContextScopeRow, { kind: Kind }> }> {
  return Object.entries(table).flatMap(([scope, row]) =>
    row.kind === kind && scopes.includes(scope)
      ? [{ scope, row: row as Extract<ContextScopeRow, { kind: Kind }> }]
      : [],
  )
}

/** Whether one of the scopes asks for a refresh token. */
export function asksToRefresh(scopes: readonly string[], table: ContextScopeTable = contextScopes): boolean {
  return rowsOfKind('refresh', scopes, table).length > 0
}

/** What the identity scopes tell an application, in the words of the consent page. */
export function wordsOfIdentity(
  scopes: readonly string[],
  table: ContextScopeTable = contextScopes,
): string[] {
  return rowsOfKind('identity', scopes, table).map(({ row }) => row.learned)
}

/** The claims of each identity scope, as the engine of authorization takes them. */
export function claimsByScope(table: ContextScopeTable = contextScopes): Record<string, string[]> {
  return Object.fromEntries(
    rowsOfKind('identity', Object.keys(table), table).map(({ scope, row }) => [scope, [...row.claims]]),
  )
}

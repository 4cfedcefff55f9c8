import type { Language } from '#words/languages.ts'

/** A person who signs in. */
export interface Account {
  id: string
  email: string
  displayName: string
  createdAt: Date
  passwordChangedAt: Date
  /** What the person chose; undefined for the language of the browser. */
  language: Language | undefined
}

/** One browser in which an account is signed in. */
export interface SignIn {
  id: string
  accountId: string
  createdAt: Date
  lastSeenAt: Date
  expiresAt: Date
  userAgent: string
  /** The network address that it was started from. */
  address: string | undefined
  /** Whether more than the password was given: a code or a passkey. */
  isTwoStep: boolean
  /** When the person last proved who they are, in this sign-in. */
  provenAt: Date
}

export interface NewSignIn {
  kind: 'signed-in'
  account: Account
  /** Goes into the cookie. Only its hash is stored. */
  token: string
  expiresAt: Date
  /** Whether more than the password was given. */
  isTwoStep: boolean
  /** For a long-lived cookie. It comes back as `knownDevice`, so that strangers cannot slow this browser down. */
  deviceToken: string
}

/** The password was right, and the second step is still to come. Nobody is signed in yet. */
export interface PendingSignIn {
  kind: 'pending'
  /** Goes into a cookie of the browser that gave the password. Only its hash is stored. */
  token: string
  expiresAt: Date
}

export type SignInOutcome = NewSignIn | PendingSignIn

/** The thing that a finished sign-up makes besides an account. */
export type SignUpIntent =
  | { kind: 'practice'; practiceName: string; invitation?: string | undefined }
  | { kind: 'developer'; invitation?: string | undefined }
  /** Only an account, e.g. for a person whose practice will invite them. */
  | { kind: 'person' }

/** The origin of a request, for throttling and the list of sign-ins. */
export interface Visitor {
  ip: string
  userAgent: string
}

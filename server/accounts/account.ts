/** A person who signs in. */
export interface Account {
  id: string
  email: string
  displayName: string
  createdAt: Date
  passwordChangedAt: Date
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
  /** When the person last proved who they are in it. */
  provenAt: Date
}

export interface NewSignIn {
  kind: 'signed-in'
  account: Account
  /** Goes into the cookie; stored only as its hash. */
  token: string
  expiresAt: Date
  /** Whether more than the password was given. */
  isTwoStep: boolean
  /** For a long-lived cookie: comes back as `knownDevice`, so that this browser is not slowed down by strangers. */
  deviceToken: string
}

/** The password was right, and the second step is still to come: nobody is signed in yet. */
export interface PendingSignIn {
  kind: 'pending'
  /** Goes into a cookie of the browser that gave the password; stored only as its hash. */
  token: string
  expiresAt: Date
}

export type SignInOutcome = NewSignIn | PendingSignIn

/** What a finished sign-up becomes besides an account. */
export type SignUpIntent =
  | { kind: 'practice'; practiceName: string; invitation?: string | undefined }
  | { kind: 'developer'; invitation?: string | undefined }
  /** Just an account, e.g. for a person whose practice will invite them. */
  | { kind: 'person' }

/** Where a request comes from, for throttling and the list of sign-ins. */
export interface Visitor {
  ip: string
  userAgent: string
}

import type { Mail } from '#server/mail/mail.ts'
import { linkLifetimeMs } from './mail-links.ts'

/** A change of the second step of an account. */
export type FactorChange = keyof typeof factorChanges

const factorChanges = {
  'app-added': 'an authenticator app was set up for',
  'app-removed': 'the authenticator app was removed from',
  'passkey-added': 'a passkey was added to',
  'passkey-removed': 'a passkey was removed from',
  'codes-renewed': 'new recovery codes were made for',
  'all-removed': 'the second step of signing in, with its recovery codes, was removed at your request from',
} as const

/**
 * The mails about an account. They never have text that somebody typed into a form, because the address may be a stranger's. Otherwise the
 * form would send anybody's words in our name.
 */
export const accountMails = {
  finishSignUp: (to: string, link: string): Mail => ({
    to,
    isStoppable: true,
    usefulForMs: linkLifetimeMs['finish-sign-up'],
    subject: 'Finish your sign-up to onpatient',
    text: `Hello,

somebody, hopefully you, is signing up to onpatient with this address. Open this link to
choose a password and finish:
${link}

It works once, within 24 hours. If it was not you, ignore this mail: without the link nothing is created.
`,
  }),
  signUpWithKnownAddress: (to: string, portalUrl: string): Mail => ({
    to,
    isStoppable: true,
    subject: 'You already have an onpatient account',
    text: `Hello,

somebody, hopefully you, tried to sign up to onpatient with this address. It has an account already, so nothing
was changed.

Sign in here:
${portalUrl}/signin

If you forgot your password, choose a new one here:
${portalUrl}/reset
`,
  }),
  resetPassword: (to: string, link: string): Mail => ({
    to,
    isStoppable: true,
    usefulForMs: linkLifetimeMs['reset-password'],
    // Otherwise a full queue would show who has an account.
    findsRoom: true,
    subject: 'Choose a new password for onpatient',
    text: `Hello,

somebody, hopefully you, asked for a new password for the onpatient account with this address. Open this link to
choose one:
${link}

It works once, within an hour. If it was not you, ignore this mail: your password stays as it is.
`,
  }),
  passwordChanged: (to: string, portalUrl: string): Mail => ({
    to,
    subject: 'Your onpatient password was changed',
    text: `Hello,

the password of your onpatient account was changed just now. All other browsers were signed out, and apps that had
access to records need to be connected again.

If it was not you, choose a new password at once:
${portalUrl}/reset
`,
  }),
  confirmAddress: (to: string, link: string): Mail => ({
    to,
    isStoppable: true,
    usefulForMs: linkLifetimeMs['change-email'],
    subject: 'Confirm your new e-mail address for onpatient',
    text: `Hello,

somebody, hopefully you, wants to use this address for an onpatient account. Open this link to confirm it, in a browser
where you are signed in to that account:
${link}

It works once, within 24 hours. If it was not you, ignore this mail: nothing is changed.
`,
  }),
  addressAlreadyUsed: (to: string): Mail => ({
    to,
    isStoppable: true,
    subject: 'This address already has an onpatient account',
    text: `Hello,

somebody, hopefully you, wanted to use this address for another onpatient account. An address can belong to one
account only, and this one has its own, so nothing was changed.
`,
  }),
  addressChanging: (to: string, portalUrl: string): Mail => ({
    to,
    subject: 'The e-mail address of your onpatient account is being changed',
    text: `Hello,

somebody, hopefully you, asked to use another e-mail address for your onpatient account. It counts once the link
in a mail to the new address has been opened in a browser that is signed in to the account.

If it was not you, change your password at once:
${portalUrl}/account/settings/security
`,
  }),
  addressChanged: (to: string, portalUrl: string): Mail => ({
    to,
    subject: 'The e-mail address of your onpatient account was changed',
    text: `Hello,

your onpatient account has another e-mail address since just now, and no mail about it comes here any more. All browsers
were signed out.

If it was not you, tell your practice, or whoever runs this server:
${portalUrl}
`,
  }),
  accountClosed: (to: string, portalUrl: string): Mail => ({
    to,
    subject: 'Your onpatient account was closed',
    text: `Hello,

your onpatient account was closed just now, as you asked. This is the last mail about it.

These are gone: this address and the password of the account, its second step and passkeys, all sign-ins, the access of all apps
that you connected, applications that you registered, and invitations that were open.

These are kept: the health records, which belong to the practices, and a note under a number and your name of who could see which
record and when, which the law asks the practices for.

You can sign up again with this address at any time; your practice then has to invite you again.

If it was not you, tell your practice, or whoever runs this server:
${portalUrl}
`,
  }),
  factorsChanged: (to: string, portalUrl: string, change: FactorChange): Mail => ({
    to,
    subject: 'How you sign in to onpatient was changed',
    text: `Hello,

${factorChanges[change]} your onpatient account just now.

If it was not you, choose a new password at once, which signs out all browsers, and look at your settings then:
${portalUrl}/reset
${portalUrl}/account/settings/security
`,
  }),
  recoveryCodeUsed: (to: string, portalUrl: string, left: number): Mail => ({
    to,
    subject: 'A recovery code of your onpatient account was used',
    text: `Hello,

somebody, hopefully you, has just signed in to your onpatient account with a recovery code. ${leftWords(left)}

If it was not you, choose a new password at once, which signs out all browsers:
${portalUrl}/reset

New recovery codes are made here:
${portalUrl}/account/settings/security
`,
  }),
} as const

function leftWords(left: number): string {
  if (left === 0) return 'It was the last one: please make new ones.'
  return left === 1 ? 'One code is left.' : `${left} codes are left.`
}

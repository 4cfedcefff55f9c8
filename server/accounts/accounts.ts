import { OnpatientError } from '../errors.ts'
import { createAccountParts } from './account-parts.ts'
import type { AccountsDeps } from './accounts-deps.ts'
import type { Accounts } from './accounts-interface.ts'
import { changeDisplayName } from './change-display-name.ts'
import { changeLanguage } from './change-language.ts'
import { createClosing } from './closing.ts'
import { createAccount, insertAccount } from './create-account.ts'
import { createEmailChange } from './email-change.ts'
import { createPasskeySignIn } from './factors/passkey-sign-in.ts'
import { findShared } from './find-by-address.ts'
import { createPasswordChange } from './password-change.ts'
import { createSignUp } from './sign-up.ts'

export type {
  Account,
  NewSignIn,
  PendingSignIn,
  SignIn,
  SignInOutcome,
  SignUpIntent,
  Visitor,
} from './account.ts'
export type { Accounts } from './accounts-interface.ts'

export { knownDeviceMs } from './known-device.ts'

export function createAccounts(deps: AccountsDeps): Accounts {
  const { db, endGrants, onPasswordChanged, endWhatItHas, onClosed, onProfileChanged } = deps
  const parts = createAccountParts(deps)
  const { find, signIns, factors, secondSteps, passwordSignIn } = parts
  const { signIn, hasPassword, provePassword } = passwordSignIn
  return {
    find,
    findByEmail: parts.findByEmail,
    findShared: () => findShared(db),
    create: (form) => createAccount(parts, form),
    changeLanguage: (accountId, language) => changeLanguage(deps.db, accountId, language),
    changeDisplayName: (accountId, displayName) => changeDisplayName(deps, { accountId, displayName }),
    ...createSignUp({ ...parts, insert: (tx, account) => insertAccount(parts, tx, account) }),
    ...createPasswordChange({ ...parts, provePassword, endGrants, onPasswordChanged }),
    ...createEmailChange({ ...parts, provePassword, onProfileChanged }),
    ...createClosing({ ...parts, endWhatItHas, onClosed }),

    signIn,
    hasPassword,
    ...createPasskeySignIn(parts),
    async startSignIn(accountId, visitor) {
      const account = await find(accountId)
      if (!account) throw new OnpatientError('not-found', 'There is no such account.')
      return signIns.start(account, visitor, { isTwoStep: false })
    },
    findSignIn: signIns.findSignIn,
    isSignInOpen: signIns.isSignInOpen,
    listSignIns: signIns.listSignIns,
    endSignIn: signIns.endSignIn,
    endOtherSignIns: signIns.endOtherSignIns,
    secondStep: secondSteps,
    factors,
    countSealedSecrets: parts.apps.countSealed,
    async proveAgain({ id, accountId }, password) {
      await provePassword(accountId, password, 'password')
      await signIns.markProven(id)
    },
    sweep: () => sweep(deps),
  }
}

/** Deletes rows that have expired. */
async function sweep({ db, clock }: Pick<AccountsDeps, 'db' | 'clock'>): Promise<void> {
  const now = clock.now().getTime()
  const tables = [
    'sign_in',
    'pending_sign_in',
    'mail_link',
    'throttle',
    'passkey_challenge',
    'known_device',
  ] as const
  for (const table of tables) await db.deleteFrom(table).where('expires_at', '<=', now).execute()
}

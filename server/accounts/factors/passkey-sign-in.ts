import { networkOf } from '../../network.ts'
import type { Account, SignIn } from '../account.ts'
import type { Accounts } from '../accounts-interface.ts'
import type { SignIns } from '../sign-ins/sign-ins.ts'
import type { Throttle } from '../throttle.ts'
import { passkeyRefused } from './passkey-response.ts'
import type { Passkeys } from './passkeys-interface.ts'

interface PasskeySignInDeps {
  passkeys: Passkeys
  signIns: SignIns
  throttle: Throttle
  find(accountId: string): Promise<Account | undefined>
}

type Implemented = Pick<
  Accounts,
  'startPasskeySignIn' | 'signInWithPasskey' | 'startPasskeyProof' | 'proveWithPasskey'
>

/** A passkey in place of the password. It is two factors: the device, and the finger, face or PIN of the person. */
export function createPasskeySignIn({ passkeys, signIns, throttle, find }: PasskeySignInDeps): Implemented {
  const proofIn = (signIn: SignIn) => ({ purpose: 'proof', browser: signIn.id }) as const
  return {
    async startPasskeySignIn(browser, visitor) {
      await throttle.count([{ counted: 'passkey-from-address', subject: networkOf(visitor.ip) }])
      return passkeys.startAssertion({ purpose: 'sign-in', browser })
    },
    async signInWithPasskey({ browser, response, visitor }) {
      const accountId = await passkeys.finishAssertion({ purpose: 'sign-in', browser }, response)
      const account = await find(accountId)
      if (!account) throw passkeyRefused()
      return signIns.start(account, visitor, { isTwoStep: true })
    },
    startPasskeyProof: (signIn) => passkeys.startAssertion(proofIn(signIn), signIn.accountId),
    async proveWithPasskey(signIn, response) {
      await passkeys.finishAssertion(proofIn(signIn), response, signIn.accountId)
      await signIns.markProven(signIn.id)
    },
  }
}

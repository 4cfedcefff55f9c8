import { networkOf } from '../../network.ts'
import type { Db } from '../../store/store.ts'
import type { NewSignIn, Visitor } from '../account.ts'
import { accountMails } from '../mails.ts'
import type { Counter } from '../throttle.ts'
import { codeRefused } from './authenticator-app.ts'
import type { AssertionOptions } from './passkeys-interface.ts'
import { getPending, redeemPending } from './pending-sign-in.ts'
import type { SecondStepDeps } from './second-step-deps.ts'

export async function passWithCode(
  deps: SecondStepDeps,
  {
    pendingToken,
    code,
    visitor,
    knownDevice,
  }: { pendingToken: string; code: string; visitor: Visitor; knownDevice?: string | undefined },
): Promise<NewSignIn> {
  const account = await getPending(deps, pendingToken)
  const isKnown = knownDevice !== undefined && (await deps.devices.isOf(knownDevice, account.id))
  const counters: Counter[] = [{ counted: 'code', subject: isKnown ? `known ${account.id}` : account.id }]
  await deps.throttle.count(counters)
  const signIn = await deps.db.transaction().execute(async (tx) => {
    const taken = await takeCode(deps, tx, { accountId: account.id, typed: code })
    await redeemPending(deps, tx, pendingToken)
    if (taken !== 'app') {
      const notice = accountMails.recoveryCodeUsed(account.email, deps.portalUrl, taken)
      await deps.mailer.send(notice, tx)
    }
    return deps.signIns.start(account, visitor, { isTwoStep: true }, tx)
  })
  await deps.throttle.takeBack(counters)
  return signIn
}

/** 'app' for a code of the app; for a recovery code the number of codes that are left. Throws `code-refused`. */
async function takeCode(
  { apps, recoveryCodes }: SecondStepDeps,
  tx: Db,
  { accountId, typed }: { accountId: string; typed: string },
): Promise<'app' | number> {
  const code = typed.replaceAll(/[\s-]/g, '')
  if (/^\d{6}$/.test(code)) {
    if (await apps.take(tx, accountId, code)) return 'app'
    throw codeRefused(
      'This code is wrong, too old, or was used already. Enter the one that the app shows now.',
    )
  }
  if (await recoveryCodes.take(tx, accountId, code))
    return (await recoveryCodes.countLeft(tx, accountId)) ?? 0
  throw codeRefused(
    'This is neither a code of six digits nor an unused recovery code. Check it and try again.',
  )
}

export async function startPasskeyStep(
  deps: SecondStepDeps,
  { pendingToken, visitor }: { pendingToken: string; visitor: Visitor },
): Promise<AssertionOptions> {
  const account = await getPending(deps, pendingToken)
  await deps.throttle.count([{ counted: 'passkey-from-address', subject: networkOf(visitor.ip) }])
  return deps.passkeys.startAssertion({ purpose: 'second-step', browser: pendingToken }, account.id)
}

export async function passWithPasskey(
  deps: SecondStepDeps,
  { pendingToken, response, visitor }: { pendingToken: string; response: unknown; visitor: Visitor },
): Promise<NewSignIn> {
  const account = await getPending(deps, pendingToken)
  const asker = { purpose: 'second-step', browser: pendingToken } as const
  await deps.passkeys.finishAssertion(asker, response, account.id)
  return deps.db.transaction().execute(async (tx) => {
    await redeemPending(deps, tx, pendingToken)
    return deps.signIns.start(account, visitor, { isTwoStep: true }, tx)
  })
}

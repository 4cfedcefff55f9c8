import { createSeals } from '../seal.ts'
import type { AccountsDeps } from './accounts-deps.ts'
import { createAuthenticatorApps } from './factors/authenticator-app.ts'
import { createFactors } from './factors/factors.ts'
import { createPasskeys } from './factors/passkeys.ts'
import { createRecoveryCodes } from './factors/recovery-codes.ts'
import { createSecondStep } from './factors/second-step.ts'
import { findAccount, findByEmail } from './find-account.ts'
import { createKnownDevices } from './known-device.ts'
import { createMailLinks } from './mail-links.ts'
import { createPasswordSignIn } from './password-sign-in.ts'
import { createPasswords } from './passwords.ts'
import { createSignIns } from './sign-ins/sign-ins.ts'
import { createThrottle } from './throttle.ts'

/** The parts that operations on accounts share. */
export function createAccountParts(deps: AccountsDeps) {
  const { db, clock, random, mailer, mailCounts, portalUrl, limits } = deps
  const passwords = createPasswords(deps.passwordCost)
  const devices = createKnownDevices({ db, clock, random })
  const links = createMailLinks({ db, clock, random })
  const throttle = createThrottle(db, clock)
  const signIns = createSignIns({ db, clock, random, devices, most: limits.signIns })
  const seals = createSeals(deps.factorKey, 'onpatient authenticator app', random)
  const apps = createAuthenticatorApps({ db, clock, random, seals })
  const recoveryCodes = createRecoveryCodes({ clock, random })
  const passkeys = createPasskeys({ db, clock, random, portalUrl, limits })
  const ofFactors = { db, clock, random, mailer, portalUrl, signIns, apps, passkeys, recoveryCodes }
  const factors = createFactors(ofFactors)
  const find = (accountId: string) => findAccount(db, accountId)
  const secondSteps = createSecondStep({ ...ofFactors, throttle, devices, find, hasFactor: factors.has })
  const { startOrWait } = secondSteps
  const passwordSignIn = createPasswordSignIn({ db, passwords, throttle, devices, startOrWait })
  return {
    ...ofFactors,
    mailCounts,
    passwords,
    devices,
    links,
    throttle,
    factors,
    secondSteps,
    passwordSignIn,
    find,
    findByEmail: (email: string) => findByEmail(db, email),
  }
}

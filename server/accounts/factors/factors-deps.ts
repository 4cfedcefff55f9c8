import type { Mailer } from '#server/mail/mail.ts'
import type { Clock } from '../../clock.ts'
import type { Db } from '../../store/store.ts'
import type { SignIns } from '../sign-ins/sign-ins.ts'
import type { AuthenticatorApps } from './authenticator-app.ts'
import type { Passkeys } from './passkeys-interface.ts'
import type { RecoveryCodes } from './recovery-codes.ts'

export interface FactorsDeps {
  db: Db
  clock: Clock
  mailer: Mailer
  portalUrl: string
  signIns: SignIns
  apps: AuthenticatorApps
  passkeys: Passkeys
  recoveryCodes: RecoveryCodes
}

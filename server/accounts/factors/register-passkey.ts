import { assertRoom } from '../../assert-room.ts'
import { OnpatientError } from '../../errors.ts'
import { newId } from '../../secrets.ts'
import type { Db } from '../../store/store.ts'
import { isDuplicate } from '../../store/transaction.ts'
import type { Account } from '../account.ts'
import { listDescriptors } from './list-passkeys.ts'
import { parseRegistration, passkeyRefused, readChallenge } from './passkey-response.ts'
import type { PasskeysDeps, RegistrationOptions } from './passkeys-interface.ts'
import type { RelyingParty } from './relying-party.ts'

export async function startRegistration(
  deps: PasskeysDeps,
  { account, browser }: { account: Account; browser: string },
): Promise<RegistrationOptions> {
  const known = await listDescriptors(deps.db, account.id)
  assertRoomForPasskey(deps, known.length)
  const challenge = await deps.challenges.create({ purpose: 'register', browser })
  return deps.relyingParty.registrationOptions(account, challenge, known)
}

export async function finishRegistration(
  deps: PasskeysDeps,
  {
    account,
    browser,
    name: typed,
    response: input,
  }: { account: Account; browser: string; name: string; response: unknown },
): Promise<(tx: Db) => Promise<void>> {
  const name = checkName(typed)
  const response = parseRegistration(input)
  const challenge = readChallenge(response)
  await deps.challenges.redeem({ purpose: 'register', browser }, challenge)
  const credential = await deps.relyingParty.verifyRegistration(response, challenge)
  return (tx) => insertPasskey(deps, tx, { accountId: account.id, name, credential })
}

async function insertPasskey(
  deps: PasskeysDeps,
  tx: Db,
  {
    accountId,
    name,
    credential,
  }: {
    accountId: string
    name: string
    credential: Awaited<ReturnType<RelyingParty['verifyRegistration']>>
  },
): Promise<void> {
  // Several registrations may have begun before the last passkey was there.
  const { count } = await tx
    .selectFrom('passkey')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  assertRoomForPasskey(deps, Number(count))
  await tx
    .insertInto('passkey')
    .values({
      id: newId('pk', deps.random),
      account_id: accountId,
      credential_id: credential.id,
      public_key: Buffer.from(credential.publicKey).toString('base64url'),
      sign_count: credential.signCount,
      transports: JSON.stringify(credential.transports),
      name,
      created_at: deps.clock.now().getTime(),
      last_used_at: null,
    })
    .execute()
    .catch(throwKnown)
}

function assertRoomForPasskey({ limits }: PasskeysDeps, owned: number): void {
  assertRoom(limits, 'passkeys', { owned, advice: 'Remove one that you no longer use.' })
}

function checkName(typed: string): string {
  const name = typed.trim().replaceAll(/\s+/g, ' ')
  if (name !== '' && name.length <= 60 && !/[\p{Cc}\p{Cf}\p{Co}]/u.test(name)) return name
  throw new OnpatientError('invalid-parameter', 'Give the passkey a name of 1 to 60 visible characters.', {
    field: 'name',
  })
}

function throwKnown(error: unknown): never {
  throw isDuplicate(error) ? passkeyRefused('This passkey is registered already.', error) : error
}

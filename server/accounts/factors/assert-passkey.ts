import type { Selectable } from 'kysely'
import type { PasskeyTable } from '../../store/schema/factors.ts'
import { listDescriptors } from './list-passkeys.ts'
import type { Asker } from './passkey-challenges.ts'
import { parseAssertion, passkeyRefused, readChallenge } from './passkey-response.ts'
import type { AssertionOptions, PasskeysDeps } from './passkeys-interface.ts'

export async function startAssertion(
  deps: PasskeysDeps,
  { asker, accountId }: { asker: Asker; accountId?: string | undefined },
): Promise<AssertionOptions> {
  const allow = accountId === undefined ? undefined : await listDescriptors(deps.db, accountId)
  return deps.relyingParty.assertionOptions(await deps.challenges.create(asker), allow)
}

export async function finishAssertion(
  deps: PasskeysDeps,
  { asker, response: input, accountId }: { asker: Asker; response: unknown; accountId?: string | undefined },
): Promise<string> {
  const response = parseAssertion(input)
  const challenge = readChallenge(response)
  await deps.challenges.redeem(asker, challenge)
  // uses the unique index on credential_id
  const row = await deps.db
    .selectFrom('passkey')
    .selectAll()
    .where('credential_id', '=', response.id)
    .executeTakeFirst()
  if (!row || (accountId !== undefined && row.account_id !== accountId)) throw passkeyRefused()
  // The authenticator names the account (§7.2, step 6). It must name it where nothing else has said who the person is.
  const { userHandle } = response.response
  const named = userHandle && Buffer.from(userHandle, 'base64url').toString()
  if (named === undefined ? accountId === undefined : named !== row.account_id) throw passkeyRefused()
  const signCount = await deps.relyingParty.verifyAssertion(response, challenge, {
    id: row.credential_id,
    publicKey: Uint8Array.from(Buffer.from(row.public_key, 'base64url')),
    signCount: row.sign_count,
  })
  await saveCount(deps, row, signCount)
  return row.account_id
}

/** Refuses a copy of the authenticator, which has counted on its own (§6.1.1). One of two answers at once counts. */
async function saveCount(
  { db, clock }: PasskeysDeps,
  { id }: Selectable<PasskeyTable>,
  signCount: number,
): Promise<void> {
  const counted = await db
    .updateTable('passkey')
    .set({ sign_count: signCount, last_used_at: clock.now().getTime() })
    .where('id', '=', id)
    .where((eb) => (signCount === 0 ? eb('sign_count', '=', 0) : eb('sign_count', '<', signCount)))
    .returning('id')
    .executeTakeFirst()
  if (!counted) throw passkeyRefused()
}

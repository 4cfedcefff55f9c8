import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestStore } from '../../../test/support/test-store.ts'
import { forgetUnproved } from './0024-proofs.ts'

test('a password from before the proof is gone, and links for changed addresses end', async () => {
  await using stack = new AsyncDisposableStack()
  const { db, close } = await openTestStore()
  stack.defer(close)
  const link = (token_hash: string, purpose: 'finish-sign-up' | 'change-email', used_at: number | null) => ({
    token_hash,
    purpose,
    account_id: null,
    payload: JSON.stringify({ email: 'ana@lima.example', displayName: 'Ana', passwordHash: '$argon2id$x' }),
    created_at: 1,
    expires_at: 9e12,
    used_at,
  })
  const links = [
    link('a', 'finish-sign-up', null),
    link('b', 'change-email', null),
    link('c', 'change-email', 7),
  ]
  await db.insertInto('mail_link').values(links).execute()
  await db.insertInto('server_key').values({ name: 'device', value: 'k', created_at: 1 }).execute()
  await forgetUnproved(db as never)
  const rows = await db.selectFrom('mail_link').selectAll().orderBy('token_hash').execute()
  assert.deepEqual(
    rows.map(({ used_at }) => used_at),
    [null, 1, 7],
  )
  assert.deepEqual(JSON.parse(rows[0]?.payload ?? ''), { email: 'ana@lima.example', displayName: 'Ana' })
  const key = await db.selectFrom('server_key').select('name').where('name', '=', 'device').executeTakeFirst()
  assert.equal(key, undefined)
})

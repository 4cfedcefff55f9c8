import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type AttackWorld, openAttackWorld } from './attack-world.ts'
import { attacks } from './attacks.ts'

/** Each row is one thing that worked on a server of this kind somewhere, and what must come here. */
describe('attacks', () => {
  let world: AttackWorld
  before(async () => {
    world = await openAttackWorld()
  })
  after(() => world[Symbol.asyncDispose]())

  test('the table has each row once', () => {
    assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length)
    assert.ok(attacks.length >= 60)
  })

  for (const { name, advisory, attempt, status, says, lacks } of attacks)
    test(advisory === undefined ? name : `${name} (${advisory})`, async () => {
      const answer = await attempt(world)
      assert.ok([status].flat().includes(answer.status), `${answer.status} ${answer.text.slice(0, 600)}`)
      if (says) assert.match(answer.text, says)
      if (lacks) assert.doesNotMatch(answer.text, lacks)
    })
})

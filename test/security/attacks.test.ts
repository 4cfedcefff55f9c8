import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startApp } from '../support/start-app.ts'
import { startWorkers } from '../support/start-workers.ts'
import { type AttackWorld, openAttackWorld } from './attack-world.ts'
import { attacks } from './attacks.ts'

test('the table of attacks has each row once', () => {
  assert.equal(new Set(attacks.map(({ name }) => name)).size, attacks.length)
  assert.ok(attacks.length >= 100)
})

/** Each row is one thing that worked on a server of this kind somewhere, and what must come here. */
for (const { title, start } of [
  { title: 'attacks', start: startApp },
  { title: 'attacks on two processes (WORKERS=2)', start: startWorkers },
])
  describe(title, () => {
    let world: AttackWorld
    before(async () => {
      world = await openAttackWorld(start)
    })
    after(() => world[Symbol.asyncDispose]())

    for (const { name, advisory, attempt, status, says, lacks, movesClock } of attacks)
      test(advisory === undefined ? name : `${name} (${advisory})`, {
        skip: movesClock && start === startWorkers ? 'processes do not share a clock that is moved' : false,
      }, async () => {
        const answer = await attempt(world)
        assert.equal(answer.status, status, answer.text.slice(0, 600))
        if (says) assert.match(answer.text, says)
        if (lacks) assert.doesNotMatch(answer.text, lacks)
      })
  })

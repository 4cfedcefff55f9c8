import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PreparedNames, StatementNames } from './statement-names.ts'

test('a text gets a name when it comes a second time, and keeps it', () => {
  const names = new StatementNames()
  assert.equal(names.nameOf('select 1'), undefined)
  const name = names.nameOf('select 1')
  assert.ok(name)
  assert.equal(names.nameOf('select 1'), name)
  names.nameOf('select 2')
  assert.notEqual(names.nameOf('select 2'), name)
})

test('there are so many names at most, and none comes again for another text', () => {
  const names = new StatementNames()
  const given = new Map<string, string>()
  for (let index = 0; index < 1000; index++) {
    const text = `select ${index}`
    names.nameOf(text)
    const name = names.nameOf(text) ?? ''
    assert.equal(given.get(name), undefined)
    given.set(name, text)
  }
  assert.equal(names.nameOf('select 0'), undefined, 'the first was forgotten')
})

test('texts that come once, very long ones, and those about a whole panel get none', () => {
  const names = new StatementNames()
  for (let index = 0; index < 1000; index++) assert.equal(names.nameOf(`select ${index}`), undefined)
  const long = `select ${'1, '.repeat(5000)}1`
  const panel = 'select id from record join practice_patient using (patient_id) where practice_id = $1'
  for (let time = 0; time < 3; time++)
    assert.deepEqual([names.nameOf(long), names.nameOf(panel)], [undefined, undefined])
})

test('a connection that has prepared more than there are names is to be replaced', () => {
  const prepared = new PreparedNames()
  const connection = {}
  for (let index = 0; index <= 200; index++) {
    assert.equal(prepared.hasTooMany(connection), false)
    prepared.note(connection, `s${index}`)
    prepared.note(connection, `s${index}`)
  }
  assert.equal(prepared.hasTooMany(connection), true)
  assert.equal(prepared.hasTooMany({}), false)
})

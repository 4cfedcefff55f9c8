import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LimitRow, limitRows, limitSettings, readLimits, sayLimit } from './limits.ts'
import { readSettings, SettingsError } from './settings.ts'

test('each limit has its own setting, whose default is inside what it takes', () => {
  const names = limitSettings.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  for (const each of limitSettings) assert.equal(each.refuse(each.default), undefined, each.name)
})

test('a limit is read from the environment; words, fractions and nothing at all are refused', () => {
  const { setting, default: usual } = limitRows.tokenRequests
  assert.equal(readLimits({}).tokenRequests, usual)
  assert.equal(readSettings({ [setting]: '' }).limits.tokenRequests, usual)
  assert.equal(readSettings({ [setting]: '7' }).limits.tokenRequests, 7)
  for (const value of ['0', '-1', '1.5', 'many', '1e9', '2000000000'])
    assert.throws(() => readSettings({ [setting]: value }), SettingsError, value)
})

test('an error names what is limited and the number of this server', () => {
  const row: LimitRow = limitRows.tokenRequests
  assert.equal(
    sayLimit(readLimits({ [row.setting]: '1234' }), 'tokenRequests'),
    `${row.what}: at most 1,234 ${row.unit}.`,
  )
})

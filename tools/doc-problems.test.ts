import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { errorCatalogue } from '../server/errors.ts'
import { limitSettings } from '../server/limits.ts'
import { settingRows } from '../server/settings.ts'
import { anchorsOf, findDocProblems } from './doc-problems.ts'
import { generatedDocs } from './generated-docs.ts'

/** A repository of a few files; gone at the end of the test. */
function repository(files: Record<string, string>): { root: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'onpatient-docs-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true }) }
}

const errorsPage = '| Code |\n| --- |\n| `not-found` | 404 |\n'

test('pages whose links all lead somewhere have no problems', () => {
  using repo = repository({
    'README.md':
      '# A\n[docs](docs/README.md#the-map) [site](https://example.org) ![x](docs/a.png) [up](#a)\n',
    'docs/README.md': '# The map\n`[not](a-link.md)`\n```\n[nor](this.md)\n```\n',
    'docs/a.png': '',
  })
  assert.deepEqual(findDocProblems(repo.root, [], []), [])
})

test('a link to a missing file and a link to a missing heading are both found', () => {
  using repo = repository({ 'docs/deep/a.md': '# A\n[x](../b.md) [y](#c) [z](a.md#d)\n[ref]: gone.md\n' })
  assert.deepEqual(findDocProblems(repo.root, [], []), [
    'docs/deep/a.md: the link ../b.md leads nowhere',
    'docs/deep/a.md: the link #c leads nowhere',
    'docs/deep/a.md: the link a.md#d leads nowhere',
    'docs/deep/a.md: the link gone.md leads nowhere',
  ])
})

test('a decision has its number, its status, one page and a line in the list', () => {
  const good = '# 0001: Good\n\nStatus: accepted\n'
  using repo = repository({
    'docs/README.md': '[0001](decisions/0001-good.md) [0002](decisions/0002-bad.md)',
    'docs/decisions/0001-good.md': good,
    'docs/decisions/0002-bad.md': '# 2. Bad\n',
    'docs/decisions/0003-long.md': `${good.replace('0001', '0003')}${'line\n'.repeat(100)}`,
  })
  assert.deepEqual(findDocProblems(repo.root, [], []), [
    'docs/decisions/0002-bad.md: begins otherwise than "# 0002: "',
    'docs/decisions/0002-bad.md: has no line "Status: "',
    'docs/decisions/0003-long.md: has more than 80 lines',
    'docs/decisions/0003-long.md: is not listed in docs/README.md',
  ])
})

test('a generated page that is missing or differs is found', () => {
  using repo = repository({ 'docs/a.md': 'old' })
  const problems = findDocProblems(
    repo.root,
    [
      { path: 'docs/a.md', content: 'new' },
      { path: 'docs/b.md', content: 'new' },
    ],
    [],
  )
  assert.match(problems[0] ?? '', /docs\/a\.md: differs/)
  assert.match(problems[1] ?? '', /docs\/b\.md: is missing/)
})

test('error codes are compared in both directions', () => {
  using repo = repository({
    'docs/api/errors.md': `${errorsPage}| \`made-up\` | 400 |\n| \`not-found\` | 404 |\n`,
  })
  assert.deepEqual(findDocProblems(repo.root, [], ['not-found', 'gone']), [
    'docs/api/errors.md: gone is not listed',
    'docs/api/errors.md: made-up is no error code',
    'docs/api/errors.md: not-found is listed twice',
  ])
})

test('a section that README.md lacks is found; a heading inside an example does not count', () => {
  using repo = repository({ 'README.md': '# A\n## Start\n```\n## Settings\n```\n### Licence\n' })
  assert.deepEqual(findDocProblems(repo.root, [], [], ['Start', 'Settings', 'Licence']), [
    'README.md: the section "Settings" is missing',
    'README.md: the section "Licence" is missing',
  ])
})

test('headings get the anchors that GitHub gives them', () => {
  const anchors = anchorsOf(
    '# What is it?\n## `npm start` & co\n## Again\n## Again\n```\n# no heading\n```\n',
  )
  assert.deepEqual([...anchors], ['what-is-it', 'npm-start--co', 'again', 'again-1'])
})

test('the generated pages name every setting and every error code', () => {
  const pageOf = (name: string) =>
    generatedDocs.find(({ path }) => path.endsWith(`/${name}.md`))?.content ?? ''
  const [settings, limits, errors] = [pageOf('settings'), pageOf('limits'), pageOf('errors')]
  const ofLimits = new Set(limitSettings.map(({ name }) => name))
  for (const { name } of settingRows)
    if (ofLimits.has(name)) assert.match(limits, new RegExp(`\\| \`${name}\` \\|$`, 'm'))
    else assert.match(settings, new RegExp(`^\\| \`${name}\` \\|`, 'm'))
  for (const code of Object.keys(errorCatalogue))
    assert.match(errors, new RegExp(`^\\| \`${code}\` \\|`, 'm'))
})

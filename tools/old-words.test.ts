import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { findOldWords } from './old-words.ts'

const words =
  '# Words\n\n## Words that are not used\n\n| Not | But |\n| --- | --- |\n| noun, nouns | module |\n| Going | ImportState |\n'

function problemsOf(files: Record<string, string>): string[] {
  const root = mkdtempSync(join(tmpdir(), 'onpatient-words-'))
  try {
    for (const [path, content] of Object.entries({ 'docs/concepts/words.md': words, ...files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), content)
    }
    return findOldWords(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

test('a word that was given up is found in code and in pages, with its line', () => {
  assert.deepEqual(
    problemsOf({
      'server/app.ts': 'const a = 1\n/** Every noun. */\n',
      'portal/x.tsx': 'type Going = 1\n',
      'README.md': 'The nouns.\n',
    }),
    ['README.md:1', 'portal/x.tsx:1', 'server/app.ts:2'].map((place) => {
      const word = { README: 'nouns', portal: 'Going', server: 'noun' }[place.split(/[./]/)[0] ?? '']
      return `${place}: says "${word}"; docs/concepts/words.md has the word to use`
    }),
  )
})

test('part of a word, another case, packages and data are left alone', () => {
  assert.deepEqual(
    problemsOf({
      'server/app.ts': 'pronouns; going(); "un-noun-ced"\n',
      'node_modules/x/a.ts': 'noun\n',
      'server/demo/generator/a.ts': 'noun\n',
      'fhir/a.json': '"noun"\n',
    }),
    [],
  )
})

test('a list without rows is a problem of its own', () => {
  assert.deepEqual(problemsOf({ 'docs/concepts/words.md': '# Words\n' }), [
    'docs/concepts/words.md: has no row below "## Words that are not used"',
  ])
})

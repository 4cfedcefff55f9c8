import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const sheets = [
  'server/pages/assets/components.css',
  'server/pages/assets/pages.css',
  'server/pages/assets/docs.css',
  'portal/portal.css',
]
const tokens = readFileSync(join(root, 'server/pages/assets/tokens.css'), 'utf8')

/** The selectors of a stylesheet, one by one, also those within `@media`. */
function selectorsOf(sheet: string): string[] {
  const css = readFileSync(join(root, sheet), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '')
  return [...css.matchAll(/([^{};]+)\{/g)]
    .map((match) => (match[1] ?? '').trim())
    .filter((text) => !text.startsWith('@'))
    .flatMap((text) => text.split(/,(?![^(]*\))/))
    .map((text) => text.trim())
}

test('each class is defined in one stylesheet', () => {
  const placesOf = new Map<string, Set<string>>()
  for (const sheet of sheets)
    for (const selector of selectorsOf(sheet)) {
      // A class within another one is a variant of it there.
      const [, name] = /^(\.[\w-]+)(?:\.[\w-]+|:{1,2}[\w-]+)*$/.exec(selector) ?? []
      if (name) placesOf.set(name, (placesOf.get(name) ?? new Set()).add(sheet))
    }
  assert.ok(placesOf.size > 80)
  assert.deepEqual(
    [...placesOf].filter(([, places]) => places.size > 1).map(([name, places]) => `${name}: ${[...places]}`),
    [],
  )
})

test('colours stand among the tokens alone, and every token that is used is there', () => {
  const known = new Set([...tokens.matchAll(/(--[\w-]+):/g)].map((match) => match[1]))
  for (const sheet of [...sheets, 'portal/theme.ts']) {
    const text = readFileSync(join(root, sheet), 'utf8')
    assert.doesNotMatch(text, /#[0-9a-f]{3,8}\b(?![^{]*\{)|\brgba?\(/i, sheet)
    for (const [, name] of text.matchAll(/var\((--[a-z][\w-]*)\)/g)) {
      const isOfLibrary = /^--(mantine|input|switch|code)-/.test(name ?? '')
      assert.ok(isOfLibrary || known.has(name), `${sheet}: ${name}`)
    }
  }
})

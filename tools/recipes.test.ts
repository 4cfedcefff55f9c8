import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

const root = join(import.meta.dirname, '..')
const [, section = ''] =
  /^## Recipes$([\s\S]*?)^## /m.exec(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')) ?? []
const recipes = section
  .split(/^### /m)
  .slice(1)
  .map((text) => ({ title: text.split('\n')[0] ?? '', files: filesIn(text) }))

/** What looks like a path: it has a slash, or is a Markdown file at the root. */
function filesIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')
  return quoted.filter((words) => /^[\w.-]+(\/[\w.-]*)+$|^[A-Z]+\.md$/.test(words))
}

describe('the recipes of CONTRIBUTING.md', () => {
  it('say how to add a resource type, a scope, a portal page and a setting', () => {
    assert.deepEqual(
      recipes.map(({ title }) => title),
      ['Add a resource type', 'Add a scope', 'Add a portal page', 'Add a setting'],
    )
  })

  for (const { title, files } of recipes)
    it(`${title}: names files that exist`, () => {
      assert.ok(files.length >= 4, 'a recipe names its files')
      assert.deepEqual(
        files.filter((file) => !existsSync(join(root, file))),
        [],
      )
    })
})

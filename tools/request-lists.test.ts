import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, it } from 'node:test'

const root = join(import.meta.dirname, '..')
const lists = readFileSync(join(root, 'docs/concepts/request.md'), 'utf8')
  .split(/^## /m)
  .slice(1)
  .filter((text) => /^.* file by file$/m.test(text))
  .map((text) => ({ title: text.split('\n')[0] ?? '', files: filesOf(text) }))

/** The files that a section names, from the root; a name that leads nowhere stays as it is. */
function filesOf(text: string): string[] {
  const [, below = ''] = /all in `([\w/-]+)`/.exec(text) ?? []
  const names = [...text.matchAll(/`([\w./-]+\.tsx?)`/g)].map((match) => match[1] ?? '')
  const files: string[] = []
  for (const name of names) {
    // A name without a folder stands in that of the file before it.
    const places = [below, 'server', '.', dirname(files.at(-1) ?? '.')]
    const found = places.map((place) => join(place, name)).find((path) => existsSync(join(root, path)))
    files.push(found ?? name)
  }
  return files
}

const imports = new Map<string, string[]>()

function importsOf(file: string): string[] {
  const known = imports.get(file)
  if (known) return known
  const text = existsSync(join(root, file)) ? readFileSync(join(root, file), 'utf8') : ''
  const names = [...text.matchAll(/(?:from|import\(?) ?'([^']+\.tsx?)'/g)].map((match) => match[1] ?? '')
  const found = names.flatMap((name) => {
    if (name.startsWith('#')) return name.slice(1)
    return name.startsWith('.') ? normalize(join(dirname(file), name)) : []
  })
  imports.set(file, found)
  return found
}

/** All that a file uses, directly or through others. */
function reach(file: string): Set<string> {
  const reached = new Set([file])
  for (const each of reached) for (const next of importsOf(each)) reached.add(next)
  return reached
}

/** Files that neither use a file before them in their list nor are used by one. The portal meets the server over HTTP. */
function findUnconnected(files: readonly string[]): string[] {
  const reached = new Map(files.map((file) => [file, reach(file)]))
  const sideOf = (file: string) => file.startsWith('portal/')
  return files.filter((file, index) => {
    const before = files.slice(0, index).filter((each) => sideOf(each) === sideOf(file))
    return (
      before.length > 0 &&
      !before.some((each) => reached.get(each)?.has(file) || reached.get(file)?.has(each))
    )
  })
}

describe('the lists of docs/concepts/request.md', () => {
  it('are five', () => {
    assert.equal(lists.length, 5)
  })

  for (const { title, files } of lists)
    it(`${title}: each file is there, and is connected to one before it`, () => {
      assert.ok(files.length >= 4, 'a list names its files')
      assert.deepEqual(
        files.filter((file) => !existsSync(join(root, file))),
        [],
      )
      assert.deepEqual(findUnconnected(files), [])
    })

  it('a read passes at most eight files', () => {
    const read = lists.find(({ title }) => title.startsWith('An R4 read'))
    assert.ok(read && new Set(read.files).size <= 8)
  })

  it('a file that nothing of its list uses is found', () => {
    assert.deepEqual(
      findUnconnected([
        'server/apis/r4/r4.ts',
        'server/apis/r4/interactions.ts',
        'server/demo/generator/growth.ts',
      ]),
      ['server/demo/generator/growth.ts'],
    )
  })
})

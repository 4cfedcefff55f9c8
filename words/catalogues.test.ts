import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { en } from './en.ts'
import { es } from './es.ts'
import { plainNameTables } from './plain-names/plain-names.ts'

const root = join(import.meta.dirname, '..')
const english = flatten(en)
const spanish = flatten(es)

test('each language has each text, and says something in it', () => {
  assert.deepEqual([...spanish.keys()], [...english.keys()])
  for (const [key, text] of [...english, ...spanish]) assert.notEqual(text.trim(), '', key)
})

test('a text takes the same values in each language', () => {
  for (const [key, text] of english) assert.deepEqual(valuesOf(spanish.get(key) ?? ''), valuesOf(text), key)
})

/** A key stands in the code as a whole ('conditions.none'), or as the end of it where the namespace is named: `useWords('conditions')`. */
test('each text is used', () => {
  const code = ['portal', 'server'].flatMap((folder) => listCode(join(root, folder)))
  const unused = [...english.keys()].filter((key) => {
    const [namespace = '', ...rest] = key.split('.')
    const end = rest.join('.')
    const isNamed = (text: string) => text.includes(`useWords('${namespace}')`) && text.includes(`'${end}'`)
    return !code.some((text) => text.includes(`'${key}'`) || isNamed(text) || isChosen(text, namespace, end))
  })
  assert.deepEqual(unused, [])
})

test('each code has one plain name, and it says something in each language', () => {
  const codes = plainNameTables.flatMap(({ system, names }) => names.map(([code]) => `${system} ${code}`))
  assert.deepEqual(
    codes.filter((code, index) => codes.indexOf(code) !== index),
    [],
  )
  for (const { names } of plainNameTables)
    for (const [code, name, about] of names)
      for (const text of [...Object.values(name), ...Object.values(about ?? {})])
        assert(text.trim() !== '' && /^\S+$/.test(code), code)
})

/** Texts that are chosen by a name of the code: a comment in the code says so, `words: pages.*`. */
function isChosen(text: string, namespace: string, end: string): boolean {
  const parents = [namespace, ...end.split('.').slice(0, -1)]
  return parents.some((_, index) => text.includes(`words: ${parents.slice(0, index + 1).join('.')}.*`))
}

function flatten(messages: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(messages).flatMap(([key, value]) =>
      typeof value === 'string' ? [[`${path}${key}`, value] as const] : [...flatten(value, `${path}${key}.`)],
    ),
  )
}

function valuesOf(text: string): string[] {
  // The cases of a plural stand in braces, too.
  const values = text.replaceAll(/(?:=\d+|\b(?:zero|one|two|few|many|other))\s*\{/g, '(')
  return [...new Set([...values.matchAll(/\{(\w+)[,}]/g)].map(([, name = '']) => name))].sort()
}

function listCode(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.ts$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
}

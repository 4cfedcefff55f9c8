import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const styles = join(root, 'node_modules/@mantine/core/styles')
const imported = ['mantine.css', 'mantine-controls.css']
  .map((file) => readFileSync(join(root, 'portal', file), 'utf8'))
  .join('')

test('the styles of Mantine hold that of each component that the portal uses', () => {
  const missing = [...usedComponents()].filter(
    (name) => existsSync(join(styles, `${name}.css`)) && !imported.includes(`/${name}.css"`),
  )
  assert.deepEqual(missing, [])
})

/** The names that files of the portal import from Mantine. */
function usedComponents(): Set<string> {
  const files = readdirSync(join(root, 'portal'), { recursive: true, encoding: 'utf8' })
  const names = files
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('dist'))
    .flatMap((file) => [
      ...readFileSync(join(root, 'portal', file), 'utf8').matchAll(
        /import \{([^}]*)\} from '@mantine\/core'/g,
      ),
    ])
    .flatMap(([, list = '']) => list.split(','))
    .map((name) => name.replace(/^\s*type\s+|\s+as\s.*$/g, '').trim())
  return new Set(names)
}

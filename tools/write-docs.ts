/** Writes the pages under docs/ that come from the code. Run it after a change of settings or error codes. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generatedDocs } from './generated-docs.ts'

const root = join(import.meta.dirname, '..')

for (const { path, content } of generatedDocs) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
  process.stdout.write(`${path}\n`)
}

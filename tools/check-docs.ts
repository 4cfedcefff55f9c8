/**
 * Fails when a document written from the code is stale, a relative link leads nowhere, error codes differ, README.md lacks a
 * section, or a text uses a word that was given up.
 */
import { join } from 'node:path'
import { errorCatalogue } from '../server/errors.ts'
import { findDocProblems, listPages } from './doc-problems.ts'
import { generatedDocs } from './generated-docs.ts'
import { findOldWords } from './old-words.ts'

const readmeSections = [
  ...['Start', 'Two minutes with it', 'Real records', 'Commands', 'Settings', 'Where data lives', 'Tests'],
  ...['Status', 'Licence'],
]

const root = join(import.meta.dirname, '..')
const problems = [
  ...findDocProblems(root, generatedDocs, Object.keys(errorCatalogue), readmeSections),
  ...findOldWords(root),
]

if (problems.length === 0) {
  process.stdout.write(`docs: ${listPages(root).length} pages are in order\n`)
} else {
  process.stderr.write(`${problems.join('\n')}\n`)
  process.exitCode = 1
}

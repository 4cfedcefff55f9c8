/**
 * Fails when a document written from the code is stale, when a relative link leads nowhere, when error codes differ,
 * or when README.md lacks a section.
 */
import { join } from 'node:path'
import { errorCatalogue } from '../server/errors.ts'
import { findDocProblems, listPages } from './doc-problems.ts'
import { generatedDocs } from './generated-docs.ts'

const readmeSections = [
  ...['Start', 'Two minutes with it', 'Real records', 'Commands', 'Settings', 'Where data lives', 'Tests'],
  ...['Status', 'Licence'],
]

const root = join(import.meta.dirname, '..')
const problems = findDocProblems(root, generatedDocs, Object.keys(errorCatalogue), readmeSections)

if (problems.length === 0) {
  process.stdout.write(`docs: ${listPages(root).length} pages are in order\n`)
} else {
  process.stderr.write(`${problems.join('\n')}\n`)
  process.exitCode = 1
}

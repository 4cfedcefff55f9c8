/**
 * Runs dependency-cruiser over everything and fails when a rule is broken, and also when it read fewer modules than
 * there are files: without a parser for this TypeScript it reads none and would call that a success.
 */
import { globSync } from 'node:fs'
import { findBoundaryViolations } from './boundary-violations.ts'

const folders = ['fhir', 'words', 'server', 'portal', 'tools', 'bench']
const files = folders
  .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`))
  // Tests may reach everywhere, and use syntax that the cruiser's parser does not know yet.
  .filter((file) => !file.startsWith('portal/dist/') && !/\.(d|test)\.ts$/.test(file))
const present = folders.filter((folder) => files.some((file) => file.startsWith(`${folder}/`)))
const { violations, read } = findBoundaryViolations('.', present)
const unread = files.filter((file) => !read.has(file))
for (const { rule, sentence, from, to } of violations)
  process.stderr.write(`${rule}: ${from} -> ${to}\n  ${sentence} (docs/concepts/layout.md)\n`)
for (const file of unread) process.stderr.write(`not read: ${file}\n`)
process.stdout.write(
  `Boundaries: ${files.length} files, ${violations.length} violations, ${unread.length} unread.\n`,
)
process.exit(violations.length + unread.length > 0 ? 1 : 0)

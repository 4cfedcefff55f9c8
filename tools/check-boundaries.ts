/**
 * Runs dependency-cruiser over everything and fails when a rule is broken, and also when it read fewer modules than
 * there are files: without a parser for this TypeScript it reads none and would call that a success.
 */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

const folders = ['fhir', 'server', 'portal', 'tools', 'bench']
const files = folders
  .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`))
  // Tests may reach everywhere, and use syntax that the cruiser's parser does not know yet.
  .filter((file) => !file.startsWith('portal/dist/') && !/\.(d|test)\.ts$/.test(file))
const present = folders.filter((folder) => files.some((file) => file.startsWith(`${folder}/`)))
const run = spawnSync(
  'depcruise',
  ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...present],
  {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  },
)
if (!run.stdout.startsWith('{')) {
  process.stderr.write(`${run.stderr}${run.stdout}\n`)
  process.exit(1)
}

interface Report {
  modules: Array<{ source: string }>
  summary: { violations: Array<{ from: string; to: string; rule: { name: string; severity: string } }> }
}
const report = JSON.parse(run.stdout) as Report
const read = new Set(report.modules.map((module) => module.source))
const unread = files.filter((file) => !read.has(file))
for (const { rule, from, to } of report.summary.violations)
  process.stderr.write(`${rule.name}: ${from} -> ${to}\n`)
for (const file of unread) process.stderr.write(`not read: ${file}\n`)
process.stdout.write(
  `Boundaries: ${files.length} files, ${report.summary.violations.length} violations, ${unread.length} unread.\n`,
)
process.exit(report.summary.violations.length + unread.length > 0 ? 1 : 0)

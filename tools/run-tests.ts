/** `npm test`: every *.test.ts with Node's own test runner, in parallel, and a clear closing line. */
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { cpus } from 'node:os'

const wanted = process.argv.slice(2)
const patterns =
  wanted.length > 0
    ? wanted
    : ['fhir/**/*.test.ts', 'server/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts']
const files = patterns.flatMap((pattern) => globSync(pattern)).sort()
if (files.length === 0) {
  process.stderr.write(`No test file matches ${patterns.join(' ')}\n`)
  process.exit(1)
}
const { status } = spawnSync(
  process.execPath,
  ['--test', `--test-concurrency=${cpus().length}`, '--test-reporter=spec', ...files],
  { stdio: 'inherit', env: { ...process.env, NODE_ENV: 'test' } },
)
process.exit(status ?? 1)

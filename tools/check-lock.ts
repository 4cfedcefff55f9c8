/** Fails when the lock file has a package without a hash, or with an install script that `allowScripts` does not name. */
import { readFileSync } from 'node:fs'
import { type AllowedScripts, findLockProblems, type Lock } from './lock-problems.ts'

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock
const { allowScripts = {} } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  allowScripts?: AllowedScripts
}
const problems = findLockProblems(lock, allowScripts)
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.stdout.write(`Packages: ${Object.keys(lock.packages).length}, ${problems.length} problems.\n`)
process.exit(problems.length > 0 ? 1 : 0)

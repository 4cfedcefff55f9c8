/** What of package-lock.json the check looks at. */
interface LockEntry {
  version?: string
  integrity?: string
  resolved?: string
  link?: boolean
  inBundle?: boolean
  hasInstallScript?: boolean
}

export interface Lock {
  packages: Record<string, LockEntry>
}

/** Of package.json: which packages may run a script when they are installed, and which must not. */
export type AllowedScripts = Record<string, boolean>

/**
 * Packages whose content nobody has fixed, and those that would run a script that nobody has looked at. Every entry counts, also those for
 * other machines than this one.
 */
export function findLockProblems({ packages }: Lock, allowed: AllowedScripts): string[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    path === '' || entry.link ? [] : problemsOf(path, entry, allowed),
  )
}

function problemsOf(path: string, entry: LockEntry, allowed: AllowedScripts): string[] {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const problems: string[] = []
  // What is in the archive of another package has the hash of that one.
  if (!entry.inBundle && !/^sha512-[\w+/]{86}==$/.test(entry.integrity ?? ''))
    problems.push(
      `${path}: has no integrity hash. Delete its entry and run "npm install --package-lock-only".`,
    )
  if (entry.resolved !== undefined && !/^https:\/\//.test(entry.resolved))
    problems.push(`${path}: comes from ${entry.resolved.split(':')[0]}:, not from the registry.`)
  if (entry.hasInstallScript && !(name in allowed))
    problems.push(
      `${path}: runs a script when it is installed. Look at it, then list ${name} in allowScripts.`,
    )
  return problems
}

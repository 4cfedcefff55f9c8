/** The parts of package-lock.json that the check reads. */
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

/** The part of package.json that says which packages may run a script at install, and which must not. */
export type AllowedScripts = Record<string, boolean>

/** Packages without a fixed hash, and packages with an unknown install script. Every entry counts, also those for other machines. */
export function findLockProblems({ packages }: Lock, allowed: AllowedScripts): string[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    path === '' || entry.link ? [] : problemsOf(path, entry, allowed),
  )
}

function problemsOf(path: string, entry: LockEntry, allowed: AllowedScripts): string[] {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const problems: string[] = []
  // A bundled package is covered by the hash of the package around it.
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

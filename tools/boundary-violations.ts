import { spawnSync } from 'node:child_process'

/** A rule of `.dependency-cruiser.cjs` that a file breaks; `sentence` is the one of docs/concepts/layout.md. */
export interface BoundaryViolation {
  rule: string
  sentence: string
  from: string
  to: string
}

interface Report {
  modules: Array<{ source: string }>
  summary: {
    violations: Array<{ from: string; to: string; rule: { name: string }; cycle?: Array<{ name: string }> }>
    ruleSetUsed: { forbidden: Array<{ name: string; comment: string }> }
  }
}

/** Reads the folders below a root that has a `.dependency-cruiser.cjs`. Throws when the cruiser cannot run. */
export function findBoundaryViolations(
  root: string,
  folders: readonly string[],
): { violations: BoundaryViolation[]; read: Set<string> } {
  const run = spawnSync(
    'depcruise',
    ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders],
    {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
      env: { ...process.env, PATH: `${process.cwd()}/node_modules/.bin:${process.env.PATH}` },
    },
  )
  if (!run.stdout?.startsWith('{'))
    throw new Error(`dependency-cruiser failed: ${run.error ?? ''}${run.stderr}${run.stdout}`)
  const { modules, summary } = JSON.parse(run.stdout) as Report
  const sentences = new Map(summary.ruleSetUsed.forbidden.map(({ name, comment }) => [name, comment]))
  return {
    violations: summary.violations.map(({ rule, from, to, cycle }) => ({
      rule: rule.name,
      sentence: sentences.get(rule.name) ?? '',
      from,
      to: cycle ? cycle.map(({ name }) => name).join(' -> ') : to,
    })),
    read: new Set(modules.map(({ source }) => source)),
  }
}

import { type Limits, limitSettings, readLimits } from './limits.ts'
import { database, type StoreSetting } from './setting-kinds.ts'
import { readSettingValues, type SettingRow, type SettingValues, settingTable } from './setting-table.ts'

export type { StoreSetting } from './setting-kinds.ts'

/** Where mail goes: to a mail server, or to the log and the outbox page. */
export type MailSetting = { kind: 'smtp'; url: string; from: string } | { kind: 'outbox' }

type Values = SettingValues<typeof settingTable>

/** Settings of several variables that one part of the server takes together. */
interface Groups {
  mail: MailSetting
  /** Who may open a practice, and who a sandbox: everybody, the invited, or nobody. */
  signUp: Readonly<Record<'practice' | 'developer', 'open' | 'invitation' | 'closed'>>
  /** Copies of the database that the server makes by itself; undefined: none. */
  backups: BackupSetting | undefined
  /** Every bound and limit: limits.ts. */
  limits: Limits
}

type Grouped =
  | 'smtpUrl'
  | 'mailFrom'
  | 'practiceSignUp'
  | 'developerSignUp'
  | 'backupFolder'
  | 'backupEveryMs'
  | 'backupsKept'

/** The settings as the parts of the server take them. setting-table.ts says what each is. */
export type Settings = Readonly<Groups> & { readonly [Key in Exclude<keyof Values, Grouped>]: Values[Key] }

export interface BackupSetting {
  folder: string
  everyMs: number
  /** How many are kept. */
  keep: number
}

/** What the documentation shows of a setting, and how its value is checked. */
export type DocumentedSetting = Pick<SettingRow, 'name' | 'form' | 'default' | 'help' | 'secret' | 'refuse'>

/** Every setting, in the order of the documentation; the limits come last. */
export const settingRows: readonly DocumentedSetting[] = [
  ...Object.values<SettingRow>(settingTable),
  ...limitSettings,
]

/** Every problem of the environment at once, so that one start shows all of them. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The settings have ${problems.length === 1 ? 'a problem' : 'problems'}:\n${problems.join('\n')}`)
    this.problems = problems
  }
}

/** Reads and checks the environment; empty variables count as absent. Throws `SettingsError`. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const problems = [...refusedValues(env), ...nearMisses(env)]
  if (problems.length > 0) throw new SettingsError(problems)
  const {
    smtpUrl,
    mailFrom,
    practiceSignUp,
    developerSignUp,
    backupFolder,
    backupEveryMs,
    backupsKept,
    ...values
  } = readSettingValues(settingTable, env)
  const portalHost = values.portalUrl ? new URL(values.portalUrl).hostname : 'localhost'
  return Object.freeze({
    ...values,
    mail: smtpUrl
      ? { kind: 'smtp' as const, url: smtpUrl, from: mailFrom ?? `onpatient@${portalHost}` }
      : { kind: 'outbox' as const },
    signUp: { practice: practiceSignUp, developer: developerSignUp },
    backups: backupFolder ? { folder: backupFolder, everyMs: backupEveryMs, keep: backupsKept } : undefined,
    limits: readLimits(env),
  })
}

/** For a program that this one starts: the environment as it is, with these. */
export function environmentWith(more: Record<string, string>): NodeJS.ProcessEnv {
  return { ...process.env, ...more }
}

/** Whether npm or npx stands above this process: they set variables for what they start. */
export function isStartedByNpm(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.npm_execpath !== undefined
}

/** The settings as `NAME value` pairs for the start message; secrets show as dots. */
export function describeSettings(
  env: NodeJS.ProcessEnv = process.env,
  rows: readonly DocumentedSetting[] = settingRows,
): Array<[string, string]> {
  return rows.filter((row) => env[row.name]).map((row) => [row.name, show(row, env[row.name] ?? '')])
}

function show({ secret }: DocumentedSetting, value: string): string {
  if (secret === 'whole') return '•••'
  return secret === 'part' ? hidePassword(value) : value
}

/** An address as it may be shown. */
export function hidePassword(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//•••@').replace(/([?&](?:password|sslpassword)=)[^&]*/gi, '$1•••')
}

function refusedValues(env: NodeJS.ProcessEnv): string[] {
  return settingRows.flatMap((row) => {
    const value = env[row.name]
    if (!value) return []
    const reason = row.refuse(value)
    const shown = row.secret ? 'its value' : JSON.stringify(value)
    return reason ? [`  ${row.name}: ${shown} ${reason}. It takes ${row.form}.`] : []
  })
}

/** A misspelt setting would be ignored in silence; names one letter away from ours are refused instead. */
function nearMisses(env: NodeJS.ProcessEnv): string[] {
  const known = new Set(settingRows.map((row) => row.name))
  return Object.keys(env).flatMap((name) => {
    if (known.has(name) || name.length < 6) return []
    const meant = settingRows.find((row) => row.name.length >= 6 && isOneEditApart(row.name, name))
    return meant ? [`  ${name}: is not a setting. Did you mean ${meant.name}?`] : []
  })
}

function isOneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let same = 0
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++
  const restA = a.slice(same)
  const restB = b.slice(same)
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)
}

/** Reads a database address from the command line by the rules of DATABASE_URL; undefined when it is none. */
export function parseDatabaseUrl(text: string): StoreSetting | undefined {
  return database.refuse(text) === undefined ? database.parse(text) : undefined
}

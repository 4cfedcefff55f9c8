import { isAbsolute, resolve } from 'node:path'
import { type Limits, limitSettings, readLimits } from './limits.ts'

/** Where records are kept. */
export type StoreSetting = { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string }

/** Where mail goes: to a mail server, or to the log and the outbox page. */
export type MailSetting = { kind: 'smtp'; url: string; from: string } | { kind: 'outbox' }

export interface Settings {
  port: number
  host: string
  /** Origins without a trailing slash; undefined: `http://localhost:PORT`. */
  portalUrl: string | undefined
  fhirUrl: string | undefined
  store: StoreSetting
  /** Whether a database is made where there is none. */
  newDatabase: 'allow' | 'refuse'
  /** 'auto': when the database is new and this is not production. */
  demo: 'on' | 'off' | 'auto'
  mail: MailSetting
  logLevel: string
  /** Whether the log has the addresses of clients. */
  logsAddresses: boolean
  production: boolean
  /** How many proxies in front to believe X-Forwarded-* of. */
  trustedProxies: number
  /** Whether what applications write may only refer to records that are there. */
  checksReferences: boolean
  /** How many processes answer. */
  workers: number
  /** Who may open a practice, and who a sandbox: everybody, the invited, or nobody. */
  signUp: Readonly<Record<'practice' | 'developer', 'open' | 'invitation' | 'closed'>>
  /** Who may register applications by the protocol: nobody, holders of a token, or everybody. */
  registration: 'off' | 'approved' | 'open'
  /** Seals the secrets of authenticator apps; undefined: a key in the database. */
  factorKey: string | undefined
  /** Every bound and limit: server/limits.ts. */
  limits: Limits
  /** Whether people may be sent back to applications at plain http addresses beyond their own machine. */
  insecureRedirects: 'allow' | 'refuse'
  /** Whether plain http is meant, though this is production. */
  trustsPlainHttp: boolean
  /** Where `/metrics` answers this machine alone; undefined: nowhere. */
  metricsPort: number | undefined
  /** Opens `/metrics` on the main port; undefined: it is not there. */
  metricsToken: string | undefined
  /** Copies of the database that the server makes by itself; undefined: none. */
  backups: BackupSetting | undefined
}

export interface BackupSetting {
  folder: string
  everyMs: number
  /** How many are kept. */
  keep: number
}

interface Row {
  name: string
  /** Shown in the documentation and in error messages. */
  form: string
  default: string
  help: string
  /** 'part': an address with a password in it. */
  secret?: 'part' | 'whole'
  /** The reason why a value is refused, or undefined. */
  refuse(value: string): string | undefined
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** Every setting, in the order of the documentation. */
export const settingRows: readonly Row[] = [
  {
    name: 'PORT',
    form: 'a port from 0 to 65535, e.g. 8000',
    default: '8000',
    help: 'The port to listen on; 0 takes a free one.',
    refuse: refusePort,
  },
  {
    name: 'HOST',
    form: 'an address to bind, e.g. 0.0.0.0',
    default: '127.0.0.1',
    help: 'The address to listen on. The default answers this machine only; 0.0.0.0 answers the network.',
    refuse: (value) => (/^[\w.:-]+$/.test(value) ? undefined : 'is not an address or host name'),
  },
  {
    name: 'PORTAL_URL',
    form: 'an origin, e.g. https://onpatient.example',
    default: 'http://localhost:PORT',
    help: 'The address people use for the portal and applications for authorization.',
    refuse: refuseOrigin,
  },
  {
    name: 'FHIR_URL',
    form: 'an origin, e.g. https://api.onpatient.example',
    default: 'the same as PORTAL_URL',
    help: 'The address applications use for the API. With another host name or port than PORTAL_URL, each serves only its own paths.',
    refuse: refuseOrigin,
  },
  {
    name: 'DATABASE_URL',
    form: 'sqlite:PATH, e.g. sqlite:./data/onpatient.db, or postgres://USER:PASSWORD@HOST[:PORT]/NAME',
    default: 'sqlite:./data/onpatient.db',
    help: 'Where everything is kept. A relative path starts at the working folder.',
    secret: 'part',
    refuse: refuseDatabase,
  },
  {
    name: 'NEW_DATABASE',
    form: 'allow or refuse',
    default: 'allow, and refuse when NODE_ENV is production',
    help: 'Whether a start, "onpatient account create", "demo" and "invite" make a new database where there is none. The option --new does so once. No other command does.',
    refuse: (value) => (value === 'allow' || value === 'refuse' ? undefined : 'is neither allow nor refuse'),
  },
  {
    name: 'DEMO',
    form: 'on or off',
    default: 'on when the database is new and NODE_ENV is not production',
    help: 'Whether to fill a new database with a synthetic practice and known sign-ins. In production none is made, and the server refuses a database with demo sign-ins unless DEMO=on.',
    refuse: (value) => (value === 'on' || value === 'off' ? undefined : 'is neither on nor off'),
  },
  {
    name: 'SMTP_URL',
    form: 'smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…',
    default: 'none: mails go to the log and, outside production, to the page /outbox',
    help: 'The mail server that takes the mails.',
    secret: 'part',
    refuse: (value) =>
      /^smtps?:\/\/\S+$/.test(value) && URL.canParse(value) ? undefined : 'is not an smtp:// address',
  },
  {
    name: 'MAIL_FROM',
    form: 'an address, e.g. onpatient@clinic.example',
    default: 'onpatient@ followed by the host of PORTAL_URL',
    help: 'The sender of the mails.',
    refuse: (value) => (/^[^@\s]+@[^@\s]+$/.test(value) ? undefined : 'is not a mail address'),
  },
  {
    name: 'REFERENCE_INTEGRITY',
    form: 'check or off',
    default: 'check',
    help: 'Whether records written over the API may only refer to records that are there, and none that others refer to is deleted.',
    refuse: (value) => (value === 'check' || value === 'off' ? undefined : 'is neither check nor off'),
  },
  {
    name: 'REGISTRATION',
    form: 'off, approved or open',
    default: 'off',
    help: 'Who may register applications by themselves at /o/register/ (RFC 7591): nobody, holders of a token made with "onpatient application registration-token", or everybody.',
    refuse: (value) =>
      ['off', 'approved', 'open'].includes(value) ? undefined : 'is neither off, approved nor open',
  },
  {
    name: 'PRACTICE_SIGN_UP',
    form: 'open, invitation or closed',
    default: 'open, and invitation when NODE_ENV is production',
    help: 'Who may open a practice. By invitation: with a link of "onpatient invite practice"; the first needs none.',
    refuse: refuseSignUp,
  },
  {
    name: 'DEVELOPER_SIGN_UP',
    form: 'open, invitation or closed',
    default: 'open',
    help: 'Who may have a sandbox, likewise ("onpatient invite developer").',
    refuse: refuseSignUp,
  },
  {
    name: 'INSECURE_REDIRECTS',
    form: 'allow or refuse',
    default: 'allow, and refuse when NODE_ENV is production',
    help: "Whether applications may have redirect URIs that are http:// and not on the person's own machine. Anyone on the way can read the codes that are sent there.",
    refuse: (value) => (value === 'allow' || value === 'refuse' ? undefined : 'is neither allow nor refuse'),
  },
  {
    name: 'TRUST_PLAIN_HTTP',
    form: 'yes or no',
    default: 'no',
    help: 'Whether a server in production may start with addresses that are http://. Only for a network that nobody else reads: passwords and records go over it as they are.',
    refuse: (value) => (value === 'yes' || value === 'no' ? undefined : 'is neither yes nor no'),
  },
  {
    name: 'FACTOR_KEY',
    form: '32 to 200 characters, e.g. of "openssl rand -base64 32"',
    default: 'a key in the database',
    help: 'Seals the secrets of authenticator apps, so that a stolen database does not have their key beside them. Keep a copy: with another key the codes of all apps are refused.',
    secret: 'whole',
    refuse: refuseShortSecret,
  },
  {
    name: 'METRICS_PORT',
    form: 'a port from 0 to 65535, e.g. 9464',
    default: 'none',
    help: 'A port of its own for /metrics, which answers this machine alone.',
    refuse: refusePort,
  },
  {
    name: 'METRICS_TOKEN',
    form: '32 to 200 characters, e.g. of "openssl rand -base64 32"',
    default: 'none: /metrics is not on the main port',
    help: 'Opens /metrics on the main port to those who send it as "Authorization: Bearer TOKEN".',
    secret: 'whole',
    refuse: refuseShortSecret,
  },
  {
    name: 'BACKUP_DIR',
    form: 'a folder, e.g. /var/backups/onpatient',
    default: 'none: the server makes no backups',
    help: 'Where the server puts backups of its database; better on another disk.',
    refuse: () => undefined,
  },
  {
    name: 'BACKUP_EVERY',
    form: 'a time such as 30m, 6h or 1d, up to 30d',
    default: '1d',
    help: 'How often it makes one.',
    refuse: (value) =>
      parseSpan(value) === undefined ? 'is not a time such as 6h, from 1 minute to 30 days' : undefined,
  },
  {
    name: 'BACKUP_KEEP',
    form: 'a number from 1 to 1000',
    default: '14',
    help: 'How many of them stay; older ones are deleted.',
    refuse: (value) =>
      /^[1-9]\d{0,3}$/.test(value) && Number(value) <= 1000 ? undefined : 'is not a number from 1 to 1000',
  },
  {
    name: 'WORKERS',
    form: 'a number from 1 to 64',
    default: '1',
    help: 'How many processes answer on the port. More than one uses more processors; with SQLite they take turns at writing.',
    refuse: (value) =>
      /^[1-9]\d?$/.test(value) && Number(value) <= 64 ? undefined : 'is not a number from 1 to 64',
  },
  {
    name: 'LOG_LEVEL',
    form: `one of ${logLevels.join(', ')}`,
    default: 'info',
    help: 'How much is logged. Secrets and records never are.',
    refuse: (value) => (logLevels.includes(value) ? undefined : 'is not a level'),
  },
  {
    name: 'LOG_ADDRESSES',
    form: 'yes or no',
    default: 'no',
    help: 'Whether the log has addresses, and a line for each refused sign-in and token (fail2ban). They are personal data.',
    refuse: (value) => (value === 'yes' || value === 'no' ? undefined : 'is neither yes nor no'),
  },
  {
    name: 'NODE_ENV',
    form: 'production, development or test',
    default: 'development',
    help: 'In production there is no demo content, no outbox page and no demo client.',
    refuse: (value) =>
      ['production', 'development', 'test'].includes(value) ? undefined : 'is not one of the three',
  },
  {
    name: 'TRUSTED_PROXIES',
    form: 'a number from 0 to 9',
    default: '0',
    help: 'How many proxies stand in front, so that X-Forwarded-For of those, and of no one else, is believed.',
    refuse: (value) => (/^\d$/.test(value) ? undefined : 'is not a number from 0 to 9'),
  },
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
  const value = (name: string): string | undefined => env[name] || undefined
  const production = value('NODE_ENV') === 'production'
  const allowed = (name: string) => (value(name) ?? (production ? 'refuse' : 'allow')) as 'allow' | 'refuse'
  const mailUrl = value('SMTP_URL')
  const portalUrl = value('PORTAL_URL')?.replace(/\/$/, '')
  const port = Number(value('PORT') ?? 8000)
  const portalHost = portalUrl ? new URL(portalUrl).hostname : 'localhost'
  return Object.freeze({
    port,
    host: value('HOST') ?? '127.0.0.1',
    portalUrl,
    fhirUrl: value('FHIR_URL')?.replace(/\/$/, ''),
    store: parseStore(value('DATABASE_URL') ?? 'sqlite:./data/onpatient.db'),
    newDatabase: allowed('NEW_DATABASE'),
    demo: (value('DEMO') ?? 'auto') as Settings['demo'],
    mail: (mailUrl
      ? { kind: 'smtp', url: mailUrl, from: value('MAIL_FROM') ?? `onpatient@${portalHost}` }
      : { kind: 'outbox' }) satisfies MailSetting as MailSetting,
    logLevel: value('LOG_LEVEL') ?? 'info',
    logsAddresses: value('LOG_ADDRESSES') === 'yes',
    production,
    trustedProxies: Number(value('TRUSTED_PROXIES') ?? 0),
    checksReferences: value('REFERENCE_INTEGRITY') !== 'off',
    workers: Number(value('WORKERS') ?? 1),
    factorKey: value('FACTOR_KEY'),
    registration: (value('REGISTRATION') ?? 'off') as Settings['registration'],
    signUp: readSignUp(value, production),
    limits: readLimits(env),
    insecureRedirects: allowed('INSECURE_REDIRECTS'),
    trustsPlainHttp: value('TRUST_PLAIN_HTTP') === 'yes',
    metricsPort: value('METRICS_PORT') === undefined ? undefined : Number(value('METRICS_PORT')),
    metricsToken: value('METRICS_TOKEN'),
    backups: readBackups(value),
  })
}

function readBackups(value: (name: string) => string | undefined): BackupSetting | undefined {
  const folder = value('BACKUP_DIR')
  if (folder === undefined) return undefined
  const everyMs = parseSpan(value('BACKUP_EVERY') ?? '1d') ?? dayMs
  return { folder: resolve(folder), everyMs, keep: Number(value('BACKUP_KEEP') ?? 14) }
}

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const spanUnits: Record<string, number> = { m: minuteMs, h: 60 * minuteMs, d: dayMs }

/** `30m`, `6h`, `1d` in milliseconds. */
function parseSpan(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const span = Number(count) * (spanUnits[unit] ?? Number.NaN)
  return span >= minuteMs && span <= 30 * dayMs ? span : undefined
}

function readSignUp(value: (name: string) => string | undefined, production: boolean): Settings['signUp'] {
  const rule = (name: string) => value(name) as Settings['signUp']['practice'] | undefined
  return {
    practice: rule('PRACTICE_SIGN_UP') ?? (production ? 'invitation' : 'open'),
    developer: rule('DEVELOPER_SIGN_UP') ?? 'open',
  }
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
export function describeSettings(env: NodeJS.ProcessEnv = process.env): Array<[string, string]> {
  return settingRows.filter((row) => env[row.name]).map((row) => [row.name, show(row, env[row.name] ?? '')])
}

function show({ secret }: Row, value: string): string {
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

function refusePort(value: string): string | undefined {
  return /^\d{1,5}$/.test(value) && Number(value) <= 65535 ? undefined : 'is not a port'
}

function refuseSignUp(value: string): string | undefined {
  return ['open', 'invitation', 'closed'].includes(value)
    ? undefined
    : 'is neither open, invitation nor closed'
}

/** Long, and not one character many times: what is guessed is worse than none. */
function refuseShortSecret(value: string): string | undefined {
  if (!/^\S{32,200}$/.test(value)) return 'is not 32 to 200 characters without a space'
  return new Set(value).size < 10 ? 'has fewer than 10 different characters' : undefined
}

function refuseOrigin(value: string): string | undefined {
  if (!URL.canParse(value)) return 'is not an address'
  const url = new URL(value)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'is not http:// or https://'
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '')
    return 'has more than scheme, host and port'
  return undefined
}

function refuseDatabase(value: string): string | undefined {
  if (/^sqlite:.+/.test(value)) return undefined
  if (/^postgres(ql)?:\/\/\S+$/.test(value) && URL.canParse(value)) return undefined
  return 'is not a database address'
}

/** Reads a database address from the command line by the rules of DATABASE_URL; undefined when it is none. */
export function parseDatabaseUrl(text: string): StoreSetting | undefined {
  return refuseDatabase(text) === undefined ? parseStore(text) : undefined
}

function parseStore(url: string): StoreSetting {
  if (!url.startsWith('sqlite:')) return { kind: 'postgres', url }
  const path = url.slice('sqlite:'.length)
  return { kind: 'sqlite', file: path === ':memory:' || isAbsolute(path) ? path : resolve(path) }
}

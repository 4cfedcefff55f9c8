import {
  database,
  folder,
  isWord,
  mailServer,
  matching,
  oneOf,
  origin,
  port,
  type SettingKind,
  secret,
  timeSpan,
  wholeNumber,
} from './setting-kinds.ts'

/** What one environment variable is: its name, what it takes (SettingKind), its default and its documentation. */
export interface SettingRow<Value = unknown> extends SettingKind<Value> {
  name: string
  /** The value where the variable is absent: it is documented and parsed, unless `without` is there. */
  default: string
  /** The value where the variable is absent, when no single text stands for it; `default` describes it in words. */
  without?: (isProduction: boolean) => unknown
  help: string
  /** 'part': an address with a password in it. */
  secret?: 'part' | 'whole'
}

export type SettingTable = Readonly<Record<string, SettingRow>>

/** What the server reads from the rows of a table, by their keys. */
export type SettingValues<Table extends SettingTable> = {
  readonly [Key in keyof Table]:
    | ReturnType<Table[Key]['parse']>
    | (Table[Key] extends { without: (isProduction: boolean) => infer Value } ? Value : never)
}

const refuseInProduction = (isProduction: boolean) =>
  isProduction ? ('refuse' as const) : ('allow' as const)

/** Every setting except the limits (limits.ts), by the name that the code uses, in the order of the documentation. */
export const settingTable = {
  port: {
    name: 'PORT',
    ...port(8000),
    default: '8000',
    help: 'The port to listen on; 0 takes a free one.',
  },
  host: {
    name: 'HOST',
    ...matching('an address to bind, e.g. 0.0.0.0', /^[\w.:-]+$/, 'is not an address or host name'),
    default: '127.0.0.1',
    help: 'The address to listen on. The default answers this machine only; 0.0.0.0 answers the network.',
  },
  portalUrl: {
    name: 'PORTAL_URL',
    ...origin('https://onpatient.example'),
    default: 'http://localhost:PORT',
    without: () => undefined,
    help: 'The address people use for the portal and applications for authorization.',
  },
  fhirUrl: {
    name: 'FHIR_URL',
    ...origin('https://api.onpatient.example'),
    default: 'the same as PORTAL_URL',
    without: () => undefined,
    help: 'The address applications use for the API. With another host name or port than PORTAL_URL, each serves only its own paths.',
  },
  store: {
    name: 'DATABASE_URL',
    ...database,
    default: 'sqlite:./data/onpatient.db',
    help: 'Where everything is kept. A relative path starts at the working folder.',
    secret: 'part',
  },
  newDatabase: {
    name: 'NEW_DATABASE',
    ...oneOf('allow', 'refuse'),
    default: 'allow, and refuse when NODE_ENV is production',
    without: refuseInProduction,
    help: 'Whether a start, "onpatient account create", "demo" and "invite" make a new database where there is none. The option --new does so once. No other command does.',
  },
  demo: {
    name: 'DEMO',
    ...oneOf('on', 'off'),
    default: 'on when the database is new and NODE_ENV is not production',
    without: () => 'auto' as const,
    help: 'Whether to fill a new database with a synthetic practice and known sign-ins. In production none is made, and the server refuses a database with demo sign-ins unless DEMO=on.',
  },
  smtpUrl: {
    name: 'SMTP_URL',
    ...mailServer,
    default: 'none: mails go to the log and, outside production, to the page /outbox',
    without: () => undefined,
    help: 'The mail server that takes the mails.',
    secret: 'part',
  },
  mailFrom: {
    name: 'MAIL_FROM',
    ...matching('an address, e.g. onpatient@clinic.example', /^[^@\s]+@[^@\s]+$/, 'is not a mail address'),
    default: 'onpatient@ followed by the host of PORTAL_URL',
    without: () => undefined,
    help: 'The sender of the mails.',
  },
  checksReferences: {
    name: 'REFERENCE_INTEGRITY',
    ...isWord('check', 'off'),
    default: 'check',
    help: 'Whether records written over the API may only refer to records that are there, and none that others refer to is deleted.',
  },
  registration: {
    name: 'REGISTRATION',
    ...oneOf('off', 'approved', 'open'),
    default: 'off',
    help: 'Who may register applications by themselves at /o/register/ (RFC 7591): nobody, holders of a token made with "onpatient application registration-token", or everybody.',
  },
  practiceSignUp: {
    name: 'PRACTICE_SIGN_UP',
    ...oneOf('open', 'invitation', 'closed'),
    default: 'open, and invitation when NODE_ENV is production',
    without: (isProduction) => (isProduction ? ('invitation' as const) : ('open' as const)),
    help: 'Who may open a practice. By invitation: with a link of "onpatient invite practice"; the first needs none.',
  },
  developerSignUp: {
    name: 'DEVELOPER_SIGN_UP',
    ...oneOf('open', 'invitation', 'closed'),
    default: 'open',
    help: 'Who may have a sandbox, likewise ("onpatient invite developer").',
  },
  insecureRedirects: {
    name: 'INSECURE_REDIRECTS',
    ...oneOf('allow', 'refuse'),
    default: 'allow, and refuse when NODE_ENV is production',
    without: refuseInProduction,
    help: "Whether applications may have redirect URIs that are http:// and not on the person's own machine. Anyone on the way can read the codes that are sent there.",
  },
  trustsPlainHttp: {
    name: 'TRUST_PLAIN_HTTP',
    ...isWord('yes', 'no'),
    default: 'no',
    help: 'Whether a server in production may start with addresses that are http://. Only for a network that nobody else reads: passwords and records go over it as they are.',
  },
  factorKey: {
    name: 'FACTOR_KEY',
    ...secret,
    default: 'a key in the database',
    without: () => undefined,
    help: 'Seals the secrets of authenticator apps, so that a stolen database does not have their key beside them. Keep a copy: with another key the codes of all apps are refused.',
    secret: 'whole',
  },
  metricsPort: {
    name: 'METRICS_PORT',
    ...port(9464),
    default: 'none',
    without: () => undefined,
    help: 'A port of its own for /metrics, which answers this machine alone.',
  },
  metricsToken: {
    name: 'METRICS_TOKEN',
    ...secret,
    default: 'none: /metrics is not on the main port',
    without: () => undefined,
    help: 'Opens /metrics on the main port to those who send it as "Authorization: Bearer TOKEN".',
    secret: 'whole',
  },
  backupFolder: {
    name: 'BACKUP_DIR',
    ...folder,
    default: 'none: the server makes no backups',
    without: () => undefined,
    help: 'Where the server puts backups of its database; better on another disk.',
  },
  backupEveryMs: {
    name: 'BACKUP_EVERY',
    ...timeSpan,
    default: '1d',
    help: 'How often it makes one.',
  },
  backupsKept: {
    name: 'BACKUP_KEEP',
    ...wholeNumber(1, 1000),
    default: '14',
    help: 'How many of them stay; older ones are deleted.',
  },
  workers: {
    name: 'WORKERS',
    ...wholeNumber(1, 64),
    default: '1',
    help: 'How many processes answer on the port. More than one uses more processors; with SQLite they take turns at writing.',
  },
  logLevel: {
    name: 'LOG_LEVEL',
    ...oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info',
    help: 'How much is logged. Secrets and records never are.',
  },
  logsAddresses: {
    name: 'LOG_ADDRESSES',
    ...isWord('yes', 'no'),
    default: 'no',
    help: 'Whether the log has addresses, and a line for each refused sign-in and token (fail2ban). They are personal data.',
  },
  production: {
    name: 'NODE_ENV',
    ...isWord('production', 'development', 'test'),
    default: 'development',
    help: 'In production there is no demo content, no outbox page and no demo client.',
  },
  trustedProxies: {
    name: 'TRUSTED_PROXIES',
    ...wholeNumber(0, 9),
    default: '0',
    help: 'How many proxies stand in front, so that X-Forwarded-For of those, and of no one else, is believed.',
  },
} as const satisfies SettingTable

/** Reads the rows from an environment whose values were checked; an empty variable counts as absent. */
export function readSettingValues<const Table extends SettingTable>(
  table: Table,
  env: NodeJS.ProcessEnv,
): SettingValues<Table> {
  const isProduction = env.NODE_ENV === 'production'
  const entries = Object.entries(table).map(([key, row]) => {
    const text = env[row.name]
    if (!text && row.without) return [key, row.without(isProduction)]
    return [key, row.parse(text || row.default)]
  })
  return Object.fromEntries(entries)
}

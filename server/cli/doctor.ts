import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { sql } from 'kysely'
import { examineMailServer, type MailFigures } from '#server/mail/mail.ts'
import type { Records } from '#server/records/records.ts'
import { checkAddress } from '../addresses.ts'
import type { Modules } from '../app.ts'
import { findProductionFaults } from '../production.ts'
import { readSettings, type Settings, SettingsError } from '../settings.ts'
import { findOpenToOthers } from '../store/private-files.ts'
import type { Store } from '../store/store.ts'
import { findPublished } from './demo.ts'
import { describeBackups } from './describe-backups.ts'
import { describeFailure } from './describe-failure.ts'
import type { Finding } from './finding.ts'
import { describePlainRedirects } from './production-checks.ts'
import { openStore, printResult, withModules } from './with-modules.ts'

/** `onpatient doctor` reports what is wrong with this installation and what to do. The exit code is 1 when something is wrong. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check settings, database and disk.')
    .option('--mail-to <address>', 'also send a mail there')
    .option('--json', 'print one JSON object')
    .action(async ({ json, mailTo }: { json?: boolean; mailTo?: string }) => {
      const findings = await examine(mailTo === undefined ? undefined : checkAddress(mailTo, '--mail-to'))
      printResult(
        { ok: findings.every((finding) => finding.ok), findings },
        findings.map(describeFinding),
        json,
      )
      if (findings.some((finding) => !finding.ok)) process.exitCode = 1
    })
}

async function examine(mailTo: string | undefined): Promise<Finding[]> {
  const settings = checkSettings()
  if (Array.isArray(settings)) return [checkNode(), ...settings]
  const ofStore = await checkStore(settings)
  return [
    checkNode(),
    { check: 'settings', ok: true, message: 'every setting is well-formed' },
    ...ofStore,
    // A database that does not open or is damaged gets no further checks.
    ...(ofStore.some(({ check, ok }) => check === 'database' && ok) ? await checkSecrets(settings) : []),
    ...(await checkMail(settings, mailTo)),
    ...checkTransport(settings),
    ...checkProxies(settings),
    ...findProductionFaults(settings).map(({ check, why, line }) => ({
      check,
      ok: false,
      message: `${why} The server does not start: add ${line}`,
    })),
  ]
}

/** The findings of `doctor` that a start prints. The start reports the others by itself. */
export async function findStartProblems(
  settings: Settings,
  { accounts, keys }: Pick<Modules, 'accounts' | 'keys'>,
): Promise<Finding[]> {
  const findings = [
    ...checkDisk(settings),
    ...checkFiles(settings),
    ...checkProxies(settings),
    describeFactorKey(await accounts.countSealedSecrets(), settings),
    describeSigningKeys(await keys.signing.examine()),
  ]
  return findings.filter(({ ok }) => !ok)
}

/** The line that is printed for a finding. */
export function describeFinding({ check, ok, message }: Finding): string {
  return `${ok ? 'ok     ' : 'PROBLEM'}  ${check}: ${message}`
}

function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0])
  return major >= 24
    ? { check: 'Node', ok: true, message: process.version }
    : {
        check: 'Node',
        ok: false,
        message: `${process.version}: start through npm, which uses the pinned Node 24`,
      }
}

function checkSettings(): Settings | Finding[] {
  try {
    return readSettings()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    return error.problems.map((problem) => ({ check: 'settings', ok: false, message: problem.trim() }))
  }
}

async function checkStore(settings: Settings): Promise<Finding[]> {
  try {
    const store = await openStore(settings)
    try {
      return [
        await checkIntegrity(store, settings),
        await countRecords(store),
        ...checkDisk(settings),
        ...checkFiles(settings),
      ]
    } finally {
      await store.close()
    }
  } catch (error) {
    return [{ check: 'database', ok: false, message: describeFailure(error) }]
  }
}

async function checkIntegrity({ db }: Store, settings: Settings): Promise<Finding> {
  if (settings.store.kind === 'postgres')
    return describePostgres(db, { url: settings.store.url, production: settings.production })
  const { rows } = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db)
  const answer = rows[0]?.quick_check ?? 'no answer'
  return {
    check: 'database',
    ok: answer === 'ok',
    message: answer === 'ok' ? 'opens, is current and intact' : answer,
  }
}

async function describePostgres(
  db: Store['db'],
  { url, production }: { url: string; production: boolean },
): Promise<Finding> {
  const { rows } = await sql<{ version: string; bytes: number; tls: boolean }>`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes,
      (select ssl from pg_stat_ssl where pid = pg_backend_pid()) as tls`.execute(db)
  const [{ version, bytes, tls } = { version: '?', bytes: 0, tls: false }] = rows
  const size = `${Math.ceil(bytes / 1024 ** 2)} MB`
  const isHere = /^$|^localhost$|^127\.|^\[::1\]$|^%2F/i.test(new URL(url).hostname)
  const how = `without TLS ${isHere ? 'on this machine' : 'over the network'}`
  const said = `PostgreSQL ${version} answers and is current, ${size}, ${tls ? 'by TLS' : how}`
  if (tls || isHere || !production) return { check: 'database', ok: true, message: said }
  return {
    check: 'database',
    ok: false,
    message: `${said}: records go over the network unencrypted. Add sslmode=verify-full to DATABASE_URL (docs/operate/postgresql.md)`,
  }
}

async function countRecords({ db }: Store): Promise<Finding> {
  const { records } = await db
    .selectFrom('record')
    .select((eb) => eb.fn.countAll<number>().as('records'))
    .executeTakeFirstOrThrow()
  const { accounts } = await db
    .selectFrom('account')
    .select((eb) => eb.fn.countAll<number>().as('accounts'))
    .executeTakeFirstOrThrow()
  return { check: 'content', ok: true, message: `${records} records, ${accounts} accounts` }
}

/** Checks that need the keys: whether they open what is stored, and whether the demo is open to everybody. */
async function checkSecrets(settings: Settings): Promise<Finding[]> {
  try {
    return await withModules(async ({ accounts, applications, keys, records, mailQueue, backups }) => [
      describeIndex(await records.examineIndex()),
      describeFactorKey(await accounts.countSealedSecrets(), settings),
      ...describeShared(await accounts.findShared()),
      describeSigningKeys(await keys.signing.examine()),
      describeDemo(await findPublished({ accounts, applications }), settings),
      describeRedirects(await applications.findPlainRedirects(), settings),
      ...(mailQueue ? [describeQueue(await mailQueue.examine())] : []),
      describeBackups(await backups?.examine(), settings),
    ])
  } catch (error) {
    return [{ check: 'keys', ok: false, message: describeFailure(error) }]
  }
}

/** A rebuild of the index is no problem, because the server answers meanwhile. */
function describeIndex({ isCurrent, done, all }: Awaited<ReturnType<Records['examineIndex']>>): Finding {
  const check = 'search index'
  if (isCurrent) return { check, ok: true, message: 'is current' }
  return {
    check,
    ok: true,
    message: `is being rebuilt, ${done} of ${all} records are done: the server goes on with it while it runs, and answers searches meanwhile`,
  }
}

function describeFactorKey(
  { all, unreadable }: { all: number; unreadable: number },
  { factorKey }: Settings,
): Finding {
  const check = 'second step'
  const key = factorKey === undefined ? 'the key in the database' : 'FACTOR_KEY'
  if (unreadable === 0)
    return { check, ok: true, message: `${key} opens all ${all} secrets of authenticator apps` }
  const cure =
    factorKey === undefined
      ? 'set FACTOR_KEY to the value with which the server ran before'
      : 'set FACTOR_KEY to its former value, or remove it if there was none'
  return {
    check,
    ok: false,
    message: `${key} does not open ${unreadable} of ${all} secrets of authenticator apps, whose codes are refused: ${cure}. If it is lost, remove them one by one with "npx onpatient account reset-factors --email ADDRESS"`,
  }
}

/** Accounts with one address in two spellings, from before addresses had one form. Undefined finding when there are none. */
function describeShared(shared: ReadonlyArray<{ id: string; email: string }>): Finding[] {
  if (shared.length === 0) return []
  const names = shared.map(({ id, email }) => `${email} (${id})`).join(', ')
  const message = `these accounts have the address of an older account, and sign in with it and their own password: ${names}. Ask their owners to choose another address in Settings → Profile`
  return [{ check: 'addresses', ok: true, message }]
}

function describeSigningKeys({ all, broken }: { all: number; broken: string[] }): Finding {
  const check = 'signing keys'
  if (broken.length === 0)
    return {
      check,
      ok: true,
      message: all === 0 ? 'none yet: the first start makes one' : `${all} of ${all} can sign`,
    }
  return {
    check,
    ok: false,
    message: `${broken.length} of ${all} cannot be read (${broken.join(', ')}), so nobody can sign in to apps: make a new one with "npx onpatient keys rotate --at-once"`,
  }
}

function describeDemo(published: readonly string[], { production, demo }: Settings): Finding {
  const check = 'demo'
  if (published.length === 0)
    return {
      check,
      ok: true,
      message: 'no account has the password of the demo, and no application its secret',
    }
  const known = `everybody knows ${published.join(' and ')}`
  if (!production || demo === 'on')
    return {
      check,
      ok: true,
      message: `${known}${production ? ', which DEMO=on allows' : ''}. Keep real records out of this database`,
    }
  return {
    check,
    ok: false,
    message: `${known}, so the server does not start. Name another database, or run "npx onpatient demo --end"`,
  }
}

function describeRedirects(plain: ReadonlyArray<{ id: string; name: string }>, settings: Settings): Finding {
  const [words] = describePlainRedirects(plain, settings)
  const check = 'redirects'
  if (words === undefined)
    return { check, ok: true, message: 'no application has a redirect URI on plain http' }
  return { check, ok: !settings.production, message: words }
}

function checkDisk({ store }: Settings): Finding[] {
  if (store.kind !== 'sqlite') return []
  const { bavail, bsize } = statfsSync(dirname(store.file))
  const freeMb = Math.floor((bavail * bsize) / 1024 ** 2)
  return [
    {
      check: 'disk',
      ok: freeMb > 500,
      message: `${freeMb} MB free where the database is${freeMb > 500 ? '' : ': make room'}`,
    },
  ]
}

/** Whether others may open the files. Opening the database has closed them where it could. */
function checkFiles({ store }: Settings): Finding[] {
  if (store.kind !== 'sqlite' || process.platform === 'win32') return []
  const check = 'files'
  const open = findOpenToOthers(store.file)
  if (open.length === 0)
    return [{ check, ok: true, message: 'only this account may open the database and its folder' }]
  const listed = open.map(({ path, mode }) => `${path} (${mode})`).join(', ')
  return [
    {
      check,
      ok: false,
      message: `other accounts of this machine may open ${listed}: run "chmod go-rwx" on it as its owner, or move the database into a folder of its own`,
    },
  ]
}

async function checkMail({ mail, production }: Settings, to: string | undefined): Promise<Finding[]> {
  const check = 'mail'
  if (mail.kind === 'smtp') {
    const fault = await examineMailServer({ ...mail, to })
    if (fault !== undefined) return [{ check, ok: false, message: fault }]
    const sent = to === undefined ? 'which answers and accepts this server' : `which took a mail to ${to}`
    return [{ check, ok: true, message: `goes to the mail server, ${sent}, from ${mail.from}` }]
  }
  if (to !== undefined)
    return [{ check, ok: false, message: `nothing was sent to ${to}: SMTP_URL is not set` }]
  return production ? [] : [{ check, ok: true, message: 'goes to the log and the page /outbox' }]
}

/** A mail that waits longer than this shows a lasting problem. */
const longWaitSeconds = 900

function describeQueue({ waiting, oldestSeconds, failed, refused, reason }: MailFigures): Finding {
  const lost = failed - refused
  const check = 'mail queue'
  const why = reason === undefined ? '' : ` (last reason: ${reason})`
  const faults = [
    ...(oldestSeconds >= longWaitSeconds
      ? [
          `${waiting} wait for the mail server, the oldest for ${Math.floor(oldestSeconds / 60)} minutes: check that the server runs, and read the line about mail`,
        ]
      : []),
    ...(lost > 0
      ? [
          `the server gave up ${lost} in the last two weeks: the practice desk shows the invitations among them`,
        ]
      : []),
  ]
  // A refused address is no problem of this server, because anybody may have typed it.
  const known =
    refused === 0
      ? 'none was given up'
      : `mail servers refused the addresses of ${refused} in the last two weeks`
  if (faults.length === 0)
    return { check, ok: true, message: `${waiting} wait for the mail server, ${known}` }
  return { check, ok: false, message: `${faults.join('; ')}${why}` }
}

function checkTransport({ portalUrl, fhirUrl, production, trustsPlainHttp }: Settings): Finding[] {
  const check = 'transport'
  const isSecure = portalUrl?.startsWith('https:') && fhirUrl?.startsWith('https:') !== false
  if (isSecure) return [{ check, ok: true, message: 'https' }]
  if (production && !trustsPlainHttp) return []
  return [
    {
      check,
      ok: true,
      message: production
        ? 'plain http, which TRUST_PLAIN_HTTP allows'
        : 'plain http, fine on your own machine',
    },
  ]
}

/** When a proxy is not counted, all people have its address and share the limits of that address. */
function checkProxies({ host, production, trustedProxies, trustsPlainHttp }: Settings): Finding[] {
  const check = 'proxies'
  const isLocal = /^(127\.|localhost$|::1$)/.test(host)
  if (trustedProxies > 0)
    return [{ check, ok: true, message: `${trustedProxies} in front, whose X-Forwarded-For is believed` }]
  if (isLocal || !production || trustsPlainHttp) return []
  return [
    {
      check,
      ok: false,
      message: `HOST=${host} answers the network by plain http, and TRUSTED_PROXIES=0 says that no proxy is in front. With the proxy that speaks TLS set TRUSTED_PROXIES=1, and HOST=127.0.0.1 when it is on this machine`,
    },
  ]
}

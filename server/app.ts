/**
 * The composition root: the only file that knows every folder. Read it from top to bottom to see the system. `createModules` puts the
 * modules together; `buildPortalSite` and `buildApiSite` make the two sites that people and applications meet.
 */
import type { FastifyInstance } from 'fastify'
import { documentScopes } from '#fhir/scope/supported-scopes.ts'
import {
  type Access,
  type AccessTokens,
  createAccess,
  createAccessTokens,
  createWriteAccess,
  type WriteAccess,
} from './access/access.ts'
import { accountPages, mailStopByProgram } from './account-pages/account-pages.ts'
import { type Accounts, createAccounts } from './accounts/accounts.ts'
import { classicApi, classicTypes, defaultPageSize, largestPageSize } from './apis/classic/classic.ts'
import { dstu2Api } from './apis/dstu2/dstu2.ts'
import { describeR4Types, r4Api, r4SearchLimits } from './apis/r4/r4.ts'
import {
  type Applications,
  createApplications,
  createKeySets,
  type KeySets,
} from './applications/applications.ts'
import {
  type Authorization,
  createAuthorization,
  keeperEmail,
  sweepPayloads,
  tokenLifetimes,
} from './authorization/authorization.ts'
import { type Backups, backupGauges, createBackups } from './backups/backups.ts'
import { brandLists } from './brands/brands.ts'
import type { Clock } from './clock.ts'
import { demoClient } from './demo/client/client.ts'
import { demoApplication, demoChart, demoPassword, demoSignIns } from './demo/demo.ts'
import { generatePractice } from './demo/generator/generate-practice.ts'
import { type DocsFacts, docsPages } from './docs-pages/docs-pages.ts'
import { type Approvals, createApprovals, createGrants, type Grants } from './grants/grants.ts'
import { browser } from './http/browser.ts'
import { createSite } from './http/create-site.ts'
import { createMetrics, type Metrics, metricsEndpoint } from './http/metrics.ts'
import { ownBases } from './http/own-bases.ts'
import { probes } from './http/probes.ts'
import { refuseUnknown } from './http/unroutable.ts'
import { loadServerKeys, type ServerKeys } from './keys/keys.ts'
import { createLaunches, type Launches, launchSeconds } from './launches/launches.ts'
import { describeLimits } from './limits.ts'
import type { Logger } from './logger.ts'
import {
  createMailCounts,
  createMailQueue,
  createMailSender,
  createMailStops,
  createOutbox,
  createSandboxOutbox,
  createSmtpDelivery,
  type Mailer,
  type MailQueue,
  type MailSender,
  type MailStops,
  mailGauges,
  type Outbox,
  type SandboxOutbox,
  withStopLinks,
} from './mail/mail.ts'
import type { Origins } from './origins.ts'
import { pageAssets } from './pages/assets.ts'
import { notFoundPage, pageErrors } from './pages/page-errors.ts'
import { pageHeaders } from './pages/page-headers.ts'
import { smartStyle } from './pages/smart-style.ts'
import { createPeople } from './people/people.ts'
import { portalApi } from './portal-api/portal-api.ts'
import { portalApp } from './portal-api/portal-app.ts'
import { type Admission, createAdmission, createPractices, type Practices } from './practices/practices.ts'
import { createRateLimits, type RateLimits } from './rate-limits/rate-limits.ts'
import { createRecords, type Records } from './records/records.ts'
import { createSeals } from './seal.ts'
import type { Random } from './secrets.ts'
import { settingTable } from './setting-table.ts'
import type { Settings } from './settings.ts'
import { createSchedule } from './store/schedule.ts'
import type { Store } from './store/store.ts'
import { createUsedOnce, type UsedOnce } from './store/used-once.ts'

/** What everything is built from; tests pass their own. */
export interface Foundations {
  settings: Settings
  origins: Origins
  store: Store
  clock: Clock
  random: Random
  logger: Logger
  /** Cheaper argon2id for tests. */
  passwordCost?: { memoryKib: number; passes: number }
}

/** Every module of the system, wired together. */
export interface Modules {
  keys: ServerKeys
  mailer: Mailer
  /** Undefined without a mail server. */
  mailQueue: MailQueue | undefined
  mailSender: MailSender | undefined
  outbox: Outbox | undefined
  mailStops: MailStops
  sandboxOutbox: SandboxOutbox | undefined
  accounts: Accounts
  practices: Practices
  admission: Admission
  applications: Applications
  keySets: KeySets
  grants: Grants
  approvals: Approvals
  launches: Launches
  usedOnce: UsedOnce
  rateLimits: RateLimits
  records: Records
  tokens: AccessTokens
  access: Access
  writeAccess: WriteAccess
  metrics: Metrics
  /** Undefined when the settings name no folder for backups. */
  backups: Backups | undefined
  /**
   * Deletes sign-ins, links and tokens that have ended, and brings the records of proxies up to date with their accounts. It may run at any
   * time, in any number of processes.
   */
  sweep(): Promise<void>
}

export async function createModules(foundations: Foundations): Promise<Modules> {
  const { settings, origins, store, clock, random } = foundations
  const { db } = store
  const { limits } = settings
  const keys = await loadServerKeys(db, clock, random)
  const mail = createMail(foundations, keys)
  const records = createRecords({
    ...{ db, clock, random },
    checksReferences: settings.checksReferences,
    bases: ownBases(origins),
  })
  await records.openIndex()
  const consents = createConsents(foundations, mail, records)
  const { practices, grants } = consents
  const accounts = connectAccounts(foundations, { keys, mail, consents })
  const { portalUrl } = origins
  const admission = createAdmission({
    ...{ db, clock, random, portalUrl },
    mailer: mail.mailer,
    rules: settings.signUp,
  })
  const launches = createLaunches({
    ...{ limits, db, clock, random, practices },
    fhirBase: `${origins.fhirUrl}/fhir/r4`,
  })
  const usedOnce = createUsedOnce({ db, clock })
  const rateLimits = createRateLimits({ limits, clock })
  const tokens = createAccessTokens({ grants, clock, usedOnce, rateLimits })
  const backups = createOwnBackups(foundations)
  return {
    ...mail,
    ...consents,
    ...{ keys, accounts, admission, launches, usedOnce, rateLimits, records, tokens, backups },
    access: createAccess({ tokens, records, practices }),
    writeAccess: createWriteAccess({ tokens, records }),
    metrics: createMetrics([
      ...(mail.mailQueue ? mailGauges(mail.mailQueue) : []),
      ...(backups ? backupGauges(backups, clock) : []),
    ]),
    async sweep() {
      await accounts.sweep()
      await practices.sweep()
      await mail.mailQueue?.sweep()
      await admission.sweep()
      await grants.sweep()
      await usedOnce.sweep()
      await launches.sweep()
      await sweepPayloads({ db, clock })
    },
  }
}

/** Mail goes to a mail server through a queue, or to the page `/outbox`. */
function createMail({ settings, origins, store, clock, random, logger }: Foundations, keys: ServerKeys) {
  const { db } = store
  const { limits } = settings
  const sealsOf = (purpose: string) => createSeals(keys.cursor, purpose, random)
  const mails = { db, clock, random, limits, logger, seals: sealsOf('onpatient mail') }
  const mailSender =
    settings.mail.kind === 'smtp'
      ? createMailSender({ ...mails, delivery: createSmtpDelivery(settings.mail) })
      : undefined
  const mailQueue = mailSender && createMailQueue({ ...mails, onQueued: mailSender.wake })
  const outbox = mailQueue ? undefined : createOutbox(mails)
  const keeper = mailQueue ?? outbox
  if (!keeper) throw new Error('mail goes neither to a server nor to the outbox')
  const mailStops = createMailStops({
    ...{ db, clock, portalUrl: origins.portalUrl },
    seals: sealsOf('onpatient mail stop'),
  })
  return {
    mailer: withStopLinks<Mailer>(keeper, mailStops),
    mailCounts: createMailCounts({ db, clock, limits, stops: mailStops }),
    ...{ mailQueue, mailSender, outbox, mailStops },
    // Without a mail server no mail leaves, and `/outbox` shows all of them.
    sandboxOutbox: outbox
      ? undefined
      : createSandboxOutbox({
          ...{ db, clock, random, mostKept: limits.sandboxMails },
          seals: sealsOf('onpatient sandbox mail'),
        }),
  }
}

type Mail = ReturnType<typeof createMail>

/** Who belongs to which practice, which applications there are, and what they may read. Each tells the others what has ended. */
function createConsents(
  { settings, origins, store, clock, random }: Foundations,
  mail: Mail,
  records: Records,
) {
  const { db } = store
  const { limits, production } = settings
  const practices = createPractices({
    ...{ db, clock, random, limits, records, portalUrl: origins.portalUrl },
    ...{ mailer: mail.mailer, mailCounts: mail.mailCounts, mailQueue: mail.mailQueue },
    sandboxOutbox: mail.sandboxOutbox,
    synthesize: (seed, patients) => generatePractice({ seed, patients, asOf: clock.now() }),
    onAccessEnded: () => grants.forgetOpened(),
    onSecondStepRequired: (tx, id) => grants.endAllOfStaff(id, 'the practice asks for a second step', tx),
  })
  const grants = createGrants({ db, clock, random, practices })
  const applications = createApplications({
    ...{ db, clock, random, practices, limits },
    onRemoved: (id) => grants.endAllOfApplication(id, 'the application was deleted'),
    isApproved: (applicationId) => approvals.isApproved(applicationId),
    allowsLoopbackHttp: !production,
    allowsPlainRedirects: settings.insecureRedirects === 'allow',
  })
  const approvals = createApprovals({ db, clock, random, applications, grants, limits })
  const keySets = createKeySets({ clock, allowsLoopbackHttp: !production })
  return { practices, grants, applications, approvals, keySets }
}

type Consents = ReturnType<typeof createConsents>

/** Accounts, and what ends or follows when an account changes. */
function connectAccounts(
  { settings, origins, store, clock, random, logger, passwordCost }: Foundations,
  { keys, mail, consents }: { keys: ServerKeys; mail: Mail; consents: Consents },
): Accounts {
  const { practices, grants, applications } = consents
  const followAccount = (accountId: string) =>
    practices
      .followAccount(accountId)
      .catch((error: unknown) => logger.warn({ err: error }, 'records of a proxy follow later'))
  return createAccounts({
    ...{ db: store.db, clock, random, limits: settings.limits, portalUrl: origins.portalUrl },
    ...{ mailer: mail.mailer, mailCounts: mail.mailCounts },
    factorKey: settings.factorKey ?? keys.factor,
    endGrants: (tx, id) => grants.endAllOfAccount(id, 'the password was changed', tx),
    onPasswordChanged: grants.forgetOpened,
    async endWhatItHas(tx, account) {
      const closed = await practices.leaveAll(tx, account)
      await applications.removeAllOf(account.id, tx)
      const reason = 'the account was closed'
      await grants.endAllOfOwner(account.id, reason, tx)
      await grants.endApprovalsOf(closed, reason, tx)
      await grants.endAllOfAccount(account.id, reason, tx)
    },
    async onClosed(accountId) {
      grants.forgetOpened()
      await followAccount(accountId)
    },
    onProfileChanged: followAccount,
    ...(passwordCost ? { passwordCost } : {}),
  })
}

/** Backups that the server makes by itself, when the settings name a folder for them. */
function createOwnBackups({ settings, store, clock, random, logger }: Foundations): Backups | undefined {
  const setting = settings.backups
  if (setting === undefined) return undefined
  const schedule = createSchedule({ db: store.db, clock })
  return createBackups({ setting, store: settings.store, schedule, clock, random, logger })
}

/** The site of people (portal, authorization, documentation) and, at one origin, the API with it. */
export async function buildPortalSite(foundations: Foundations, modules: Modules): Promise<FastifyInstance> {
  const { settings, origins } = foundations
  const { portalUrl, fhirUrl } = origins
  const app = createSite({ ...foundations, isSecure: portalUrl.startsWith('https:') })
  const authorization = await createAuthorizationServer(foundations, modules)
  await registerForOperators(app, foundations, modules)
  await app.register(pageAssets)
  await app.register(smartStyle)
  await app.register(mailStopByProgram({ mailStops: modules.mailStops }))
  await app.register(brandLists({ practices: modules.practices, portalUrl, fhirUrl }))
  await app.register(authorization.endpoints)
  await app.register(async (pages) => {
    await registerPages(pages, foundations, modules)
    await pages.register(authorization.consent)
    await pages.register(authorization.logout)
    pages.setNotFoundHandler(notFoundPage(settings.production))
  })
  await app.register(
    dstu2Api({
      ...{ rateLimits: modules.rateLimits, portalUrl, fhirUrl },
      offersRegistration: settings.registration !== 'off',
    }),
  )
  if (origins.kind === 'one') await registerApis(app, foundations, modules)
  await app.ready()
  return app
}

/** The site of applications, when it has an origin of its own: the APIs and nothing else. */
export async function buildApiSite(foundations: Foundations, modules: Modules): Promise<FastifyInstance> {
  const app = createSite({ ...foundations, isSecure: foundations.origins.fhirUrl.startsWith('https:') })
  await registerForOperators(app, foundations, modules)
  app.setNotFoundHandler(refuseUnknown)
  await registerApis(app, foundations, modules)
  await app.ready()
  return app
}

function createAuthorizationServer(
  { settings, origins, store, clock, random, logger }: Foundations,
  modules: Modules,
): Promise<Authorization> {
  const { accounts, applications, keySets, approvals, launches, practices, grants, records, keys } = modules
  const { access, tokens, usedOnce, rateLimits } = modules
  const { limits, trustedProxies, registration } = settings
  const { portalUrl, fhirUrl } = origins
  return createAuthorization({
    ...{ accounts, applications, keySets, approvals, launches, practices, grants, records, keys },
    ...{ access, tokens, usedOnce, rateLimits },
    ...{ limits, trustedProxies, registration, isProduction: settings.production },
    ...{ db: store.db, clock, random, logger, portalUrl, fhirUrl },
    findStrangersAccount: () => findStrangersAccount(accounts, random),
  })
}

/** Metrics, and the answers to "is it running?". */
async function registerForOperators(
  app: FastifyInstance,
  { settings, store }: Foundations,
  { metrics }: Modules,
): Promise<void> {
  await app.register(metricsEndpoint, { metrics, token: settings.metricsToken })
  await app.register(probes, { store })
}

/** What people open in a browser: account pages, documentation, the portal and its API. */
async function registerPages(
  pages: FastifyInstance,
  foundations: Foundations,
  modules: Modules,
): Promise<void> {
  const { settings, origins, clock } = foundations
  const { portalUrl, fhirUrl } = origins
  const { accounts, practices, admission, applications, grants, approvals, launches, access } = modules
  const { rateLimits, outbox, mailStops, sandboxOutbox } = modules
  const { limits, production: isProduction } = settings
  const isSecure = portalUrl.startsWith('https:')
  await pages.register(pageHeaders, { isSecure })
  await pages.register(pageErrors, { isProduction })
  await pages.register(browser, { findSignIn: accounts.findSignIn, cookieKey: modules.keys.form, isSecure })
  await pages.register(
    accountPages({
      ...{ accounts, practices, admission, outbox, mailStops, sandboxOutbox },
      ...{ portalUrl, isSecure, isProduction },
    }),
  )
  await pages.register(docsPages(factsOfDocs(foundations)))
  await pages.register(portalApp({ isProduction, admission }))
  await pages.register(
    portalApi({
      ...{ accounts, practices, admission, applications, grants, approvals, launches, access },
      people: createPeople({ access, limits }),
      ...{ clock, rateLimits, limits, portalUrl, fhirUrl, isProduction },
    }),
  )
  if (isProduction) return
  const signIns = { password: demoPassword, people: demoSignIns }
  await pages.register(
    demoClient({ portalUrl, fhirUrl, application: demoApplication, launched: demoChart, signIns }),
  )
}

/** What the documentation says about this server. */
function factsOfDocs({ settings, origins }: Foundations): DocsFacts {
  const { limits } = settings
  return {
    portalUrl: origins.portalUrl,
    fhirUrl: origins.fhirUrl,
    isProduction: settings.production,
    classicTypes,
    r4Types: describeR4Types(),
    scopes: documentScopes(),
    settings: Object.values(settingTable),
    bounds: {
      request: describeLimits(limits, 'request'),
      rate: describeLimits(limits, 'rate'),
      mail: describeLimits(limits, 'mail'),
      ownership: describeLimits(limits, 'ownership'),
    },
    limits: {
      ...tokenLifetimes,
      launchSeconds,
      pageSize: defaultPageSize,
      maximumPageSize: largestPageSize,
      r4: r4SearchLimits,
      bodyBytes: limits.bodyBytes,
      tokenRequests: limits.tokenRequests,
    },
  }
}

async function registerApis(
  app: FastifyInstance,
  { settings, origins }: Foundations,
  { access, writeAccess, keys, rateLimits }: Modules,
): Promise<void> {
  const { portalUrl, fhirUrl } = origins
  const offersRegistration = settings.registration !== 'off'
  const shared = { rateLimits, access, fhirUrl, portalUrl, offersRegistration, cursorKey: keys.cursor }
  await app.register(classicApi(shared))
  await app.register(
    r4Api({ ...shared, writeAccess, checksReferences: settings.checksReferences, limits: settings.limits }),
  )
}

/** The account that owns the applications of strangers. Nobody can sign in to it, because its address receives no mail. */
async function findStrangersAccount(accounts: Accounts, random: Random): Promise<string> {
  const email = keeperEmail
  const known = await accounts.findByEmail(email)
  if (known) return known.id
  const password = random.bytes(32).toString('base64url')
  const displayName = 'Somebody unknown, who registered it without an account'
  try {
    return (await accounts.create({ email, password, displayName })).id
  } catch (error) {
    // Another request made it at the same moment.
    const made = await accounts.findByEmail(email)
    if (made) return made.id
    throw error
  }
}

/**
 * The composition root: the only file that knows every folder. Read it from top to bottom to see the system: keys and
 * modules first, then what may be read, then the two sites that people and applications meet.
 */
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify'
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
import { describeR4Types, r4Api } from './apis/r4/r4.ts'
import {
  type Applications,
  createApplications,
  createKeySets,
  type KeySets,
} from './applications/applications.ts'
import {
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
import { docsPages } from './docs-pages/docs-pages.ts'
import { type Approvals, createApprovals, createGrants, type Grants } from './grants/grants.ts'
import { browser } from './http/browser.ts'
import { countWork } from './http/count-work.ts'
import { createMetrics, type Metrics, metricsEndpoint } from './http/metrics.ts'
import { ownBases } from './http/own-bases.ts'
import { probes } from './http/probes.ts'
import { logRefusals } from './http/refusal-log.ts'
import { createRequestIds, tellRequestId } from './http/request-id.ts'
import { lazyLoggers } from './http/request-logger.ts'
import { closeSlowReaders } from './http/slow-readers.ts'
import { smartStyle } from './http/smart-style.ts'
import { askForHttps } from './http/strict-transport.ts'
import { refuseAddress, refuseUnknown } from './http/unroutable.ts'
import { loadServerKeys, type ServerKeys } from './keys/keys.ts'
import { createLaunches, type Launches } from './launches/launches.ts'
import { describeLimits, limitSettings } from './limits.ts'
import { type Logger, redactUrl } from './logger.ts'
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
import { plainAddress } from './network.ts'
import type { Origins } from './origins.ts'
import { pageAssets } from './pages/assets.ts'
import { notFoundPage, pageErrors } from './pages/page-errors.ts'
import { pageHeaders } from './pages/page-headers.ts'
import { createPeople } from './people/people.ts'
import { portalApi } from './portal-api/portal-api.ts'
import { portalApp } from './portal-api/portal-app.ts'
import { type Admission, createAdmission, createPractices, type Practices } from './practices/practices.ts'
import { createRateLimits, type RateLimits } from './rate-limits/rate-limits.ts'
import { createRecords, type Records } from './records/records.ts'
import { createSeals } from './seal.ts'
import type { Random } from './secrets.ts'
import { type Settings, settingRows } from './settings.ts'
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
  /** Where mails go that leave, and who sends them; undefined where none does. */
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
  /** Undefined where the server makes none. */
  backups: Backups | undefined
  /** Deletes what is over (sign-ins, links, tokens), and has records of proxies follow their accounts. Harmless at any time, in any number of processes. */
  sweep(): Promise<void>
}

export async function createModules(foundations: Foundations): Promise<Modules> {
  const { settings, origins, store, clock, random, logger, passwordCost } = foundations
  const { db } = store
  const { portalUrl } = origins
  const keys = await loadServerKeys(db, clock, random)
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
  const mailStops = createMailStops({ db, clock, portalUrl, seals: sealsOf('onpatient mail stop') })
  const mailer = withStopLinks<Mailer>(keeper, mailStops)
  const mailCounts = createMailCounts({ db, clock, limits, stops: mailStops })
  // Without a mail server no mail leaves: all of them are on the page already.
  const sandboxOutbox = outbox
    ? undefined
    : createSandboxOutbox({
        db,
        clock,
        random,
        seals: sealsOf('onpatient sandbox mail'),
        mostKept: limits.sandboxMails,
      })
  const records = createRecords({
    db,
    clock,
    random,
    checksReferences: settings.checksReferences,
    bases: ownBases(origins),
  })
  await records.openIndex()
  const practices = createPractices({
    db,
    clock,
    random,
    mailer,
    mailCounts,
    sandboxOutbox,
    mailQueue,
    limits,
    portalUrl,
    records,
    synthesize: (seed, patients) => generatePractice({ seed, patients, asOf: clock.now() }),
    onAccessEnded: () => grants.forgetOpened(),
    onSecondStepRequired: (tx, id) => grants.endAllOfStaff(id, 'the practice asks for a second step', tx),
  })
  const admission = createAdmission({ db, clock, random, mailer, portalUrl, rules: settings.signUp })
  const grants = createGrants({ db, clock, random, practices })
  const applications = createApplications({
    db,
    clock,
    random,
    practices,
    onRemoved: (id) => grants.endAllOfApplication(id, 'the application was deleted'),
    hasApprovals: async (applicationId) => (await approvals.list({ applicationId })).length > 0,
    allowsLoopbackHttp: !settings.production,
    allowsPlainRedirects: settings.insecureRedirects === 'allow',
    limits,
  })
  const approvals = createApprovals({ db, clock, random, applications, grants, limits })
  const launches = createLaunches({
    limits,
    db,
    clock,
    random,
    practices,
    fhirBase: `${origins.fhirUrl}/fhir/r4`,
  })
  const keySets = createKeySets({ clock, allowsLoopbackHttp: !settings.production })
  const followAccount = (accountId: string) =>
    practices
      .followAccount(accountId)
      .catch((error: unknown) => logger.warn({ err: error }, 'records of a proxy follow later'))
  const accounts = createAccounts({
    db,
    clock,
    random,
    mailer,
    mailCounts,
    limits,
    portalUrl,
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
  const usedOnce = createUsedOnce({ db, clock })
  const rateLimits = createRateLimits({ limits: settings.limits, clock })
  const tokens = createAccessTokens({ grants, clock, usedOnce, rateLimits })
  const access = createAccess({ tokens, records, practices })
  const writeAccess = createWriteAccess({ tokens, records })
  const backups =
    settings.backups &&
    createBackups({
      setting: settings.backups,
      store: settings.store,
      schedule: createSchedule({ db, clock }),
      clock,
      random,
      logger,
    })
  const sweep = async () => {
    await accounts.sweep()
    await practices.sweep()
    await mailQueue?.sweep()
    await admission.sweep()
    await grants.sweep()
    await usedOnce.sweep()
    await launches.sweep()
    await sweepPayloads({ db, clock })
  }
  return {
    keys,
    mailer,
    mailQueue,
    mailSender,
    outbox,
    mailStops,
    sandboxOutbox,
    accounts,
    practices,
    admission,
    applications,
    keySets,
    grants,
    approvals,
    launches,
    usedOnce,
    rateLimits,
    records,
    tokens,
    access,
    writeAccess,
    backups,
    metrics: createMetrics([
      ...(mailQueue ? mailGauges(mailQueue) : []),
      ...(backups ? backupGauges(backups, clock) : []),
    ]),
    sweep,
  }
}

/** The site of people (portal, authorization, documentation) and, at one origin, the API with it. */
export async function buildPortalSite(foundations: Foundations, modules: Modules): Promise<FastifyInstance> {
  const { settings, origins, clock, logger } = foundations
  const { accounts, practices, applications, grants, records, access, keys, outbox } = modules
  const { portalUrl, fhirUrl } = origins
  const isSecure = portalUrl.startsWith('https:')
  const isProduction = settings.production
  const app = createFastify(foundations, isSecure)
  const authorization = await createAuthorization({
    accounts,
    applications,
    keySets: modules.keySets,
    approvals: modules.approvals,
    launches: modules.launches,
    access,
    usedOnce: modules.usedOnce,
    tokens: modules.tokens,
    practices,
    grants,
    records,
    keys,
    db: foundations.store.db,
    clock,
    random: foundations.random,
    limits: settings.limits,
    logger,
    portalUrl,
    fhirUrl,
    isProduction,
    trustedProxies: settings.trustedProxies,
    rateLimits: modules.rateLimits,
    registration: settings.registration,
    findStrangersAccount: () => findStrangersAccount(accounts, foundations.random),
  })
  await app.register(metricsEndpoint, { metrics: modules.metrics, token: settings.metricsToken })
  await app.register(probes, { store: foundations.store })
  await app.register(pageAssets)
  await app.register(smartStyle)
  await app.register(mailStopByProgram({ mailStops: modules.mailStops }))
  await app.register(brandLists({ practices, portalUrl, fhirUrl }))
  await app.register(authorization.endpoints)
  await app.register(async (pages) => {
    await pages.register(pageHeaders, { isSecure })
    await pages.register(pageErrors, { isProduction })
    await pages.register(browser, { findSignIn: accounts.findSignIn, cookieKey: keys.form, isSecure })
    await pages.register(
      accountPages({
        accounts,
        practices,
        admission: modules.admission,
        outbox,
        mailStops: modules.mailStops,
        sandboxOutbox: modules.sandboxOutbox,
        portalUrl,
        isSecure,
        isProduction,
      }),
    )
    await pages.register(authorization.consent)
    await pages.register(authorization.logout)
    await pages.register(
      docsPages({
        portalUrl,
        fhirUrl,
        isProduction,
        classicTypes,
        r4Types: describeR4Types(),
        settings: settingRows.filter(({ name }) => !limitSettings.some((each) => each.name === name)),
        bounds: {
          request: describeLimits(settings.limits, 'request'),
          rate: describeLimits(settings.limits, 'rate'),
          mail: describeLimits(settings.limits, 'mail'),
          ownership: describeLimits(settings.limits, 'ownership'),
        },
        limits: {
          ...tokenLifetimes,
          pageSize: defaultPageSize,
          maximumPageSize: largestPageSize,
        },
      }),
    )
    await pages.register(portalApp({ isProduction, admission: modules.admission }))
    await pages.register(
      portalApi({
        accounts,
        practices,
        admission: modules.admission,
        applications,
        grants,
        approvals: modules.approvals,
        launches: modules.launches,
        access,
        people: createPeople({ access, limits: settings.limits }),
        clock,
        rateLimits: modules.rateLimits,
        limits: settings.limits,
        portalUrl,
        fhirUrl,
        isProduction,
      }),
    )
    if (!isProduction)
      await pages.register(
        demoClient({
          portalUrl,
          fhirUrl,
          application: demoApplication,
          launched: demoChart,
          signIns: { password: demoPassword, people: demoSignIns },
        }),
      )
    pages.setNotFoundHandler(notFoundPage(isProduction))
  })
  await app.register(
    dstu2Api({
      rateLimits: modules.rateLimits,
      portalUrl,
      fhirUrl,
      offersRegistration: settings.registration !== 'off',
    }),
  )
  if (origins.kind === 'one') await registerApis(app, foundations, modules)
  await app.ready()
  return app
}

/** The site of applications, when it has an origin of its own: the APIs and nothing else. */
export async function buildApiSite(foundations: Foundations, modules: Modules): Promise<FastifyInstance> {
  const app = createFastify(foundations, foundations.origins.fhirUrl.startsWith('https:'))
  await app.register(metricsEndpoint, { metrics: modules.metrics, token: foundations.settings.metricsToken })
  await app.register(probes, { store: foundations.store })
  app.setNotFoundHandler(refuseUnknown)
  await registerApis(app, foundations, modules)
  await app.ready()
  return app
}

async function registerApis(
  app: FastifyInstance,
  { origins: { fhirUrl, portalUrl }, settings }: Foundations,
  { access, writeAccess, keys, rateLimits }: Modules,
): Promise<void> {
  const offersRegistration = settings.registration !== 'off'
  const shared = { rateLimits, access, fhirUrl, portalUrl, offersRegistration, cursorKey: keys.cursor }
  await app.register(classicApi(shared))
  await app.register(
    r4Api({ ...shared, writeAccess, checksReferences: settings.checksReferences, limits: settings.limits }),
  )
}

/** What strangers register belongs to an account into which nobody can sign in: no mail ever arrives there. */
async function findStrangersAccount(accounts: Accounts, random: Random): Promise<string> {
  const email = keeperEmail
  const known = await accounts.findByEmail(email)
  if (known) return known.id
  const password = random.bytes(32).toString('base64url')
  const displayName = 'Somebody unknown, who registered it without an account'
  try {
    return (await accounts.create({ email, password, displayName })).id
  } catch (error) {
    // Another request made it in this very moment.
    const made = await accounts.findByEmail(email)
    if (made) return made.id
    throw error
  }
}

function createFastify({ clock, logger, random, settings }: Foundations, isSecure: boolean): FastifyInstance {
  const requestLogger: FastifyBaseLogger = logger.child(
    {},
    {
      serializers: {
        req: (request: FastifyRequest) => ({
          method: request.method,
          url: redactUrl(request.url),
          ...(settings.logsAddresses ? { address: plainAddress(request.ip) } : {}),
        }),
      },
    },
  )
  const app = fastify({
    loggerInstance: requestLogger,
    childLoggerFactory: lazyLoggers((level) => logger.isLevelEnabled(level)),
    // Not even put together where they would not be written.
    logController: new LogController({ disableRequestLogging: !logger.isLevelEnabled('info') }),
    genReqId: createRequestIds(random),
    frameworkErrors: refuseAddress,
    // Believes that many hops of X-Forwarded-For, counted from this server, and nobody before them.
    trustProxy: (_address, hop) => hop < settings.trustedProxies,
    bodyLimit: 1024 * 1024,
    // Pages and APIs name both forms themselves; a redirect would be wrong on an API path.
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 500 },
  })
  app.addHook('onRequest', tellRequestId)
  if (isSecure) app.addHook('onRequest', askForHttps)
  if (settings.logsAddresses) app.addHook('onResponse', logRefusals(logger))
  app.addHook('onRequest', countWork(settings.limits, clock))
  app.addHook('onSend', closeSlowReaders(settings.limits.answerSeconds))
  return app
}

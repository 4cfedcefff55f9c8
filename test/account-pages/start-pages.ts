import { fastify } from 'fastify'
import type { Patient } from 'fhir/r4'
import { accountPages } from '#server/account-pages/account-pages.ts'
import { createAccounts } from '#server/accounts/accounts.ts'
import { generatePractice } from '#server/demo/generator/generate-practice.ts'
import { browser } from '#server/http/browser.ts'
import { createMailStops } from '#server/mail/mail.ts'
import { pageAssets } from '#server/pages/assets.ts'
import { notFoundPage, pageErrors } from '#server/pages/page-errors.ts'
import { pageHeaders } from '#server/pages/page-headers.ts'
import {
  createAdmission,
  createPractices,
  type Opening,
  type SignUpRule,
} from '#server/practices/practices.ts'
import { createRecords } from '#server/records/records.ts'
import { createSeals } from '#server/seal.ts'
import { systemRandom } from '#server/secrets.ts'
import { usualLimits } from '../support/mail-counts.ts'
import { openOutbox } from '../support/open-outbox.ts'
import { startClock } from '../support/start-app.ts'
import { openTestStore } from '../support/test-store.ts'

const portalUrl = 'http://localhost:8000'

/** The account pages on a database of their own in memory. */
export async function startPages({
  isSecure = false,
  isProduction = false,
  rules = { practice: 'open', developer: 'open' },
}: {
  isSecure?: boolean
  isProduction?: boolean
  rules?: Record<Opening, SignUpRule>
} = {}) {
  const store = await openTestStore()
  const clock = startClock()
  const parts = { db: store.db, clock, random: systemRandom, portalUrl, ...usualLimits(store.db, clock) }
  const outbox = openOutbox(store.db, clock)
  const records = createRecords(parts)
  const practices = createPractices({
    ...parts,
    mailer: outbox,
    records,
    synthesize: (seed, patients) => generatePractice({ seed, patients, asOf: clock.now() }),
  })
  const accounts = createAccounts({
    ...parts,
    mailer: outbox,
    factorKey: 'f'.repeat(43),
    endGrants: async () => undefined,
    onPasswordChanged: () => undefined,
    endWhatItHas: async () => undefined,
    onClosed: async () => undefined,
    passwordCost: { memoryKib: 64, passes: 1 },
  })
  const app = fastify()
  await app.register(browser, { findSignIn: accounts.findSignIn, cookieKey: 'k'.repeat(43), isSecure })
  await app.register(pageHeaders, { isSecure })
  await app.register(pageErrors, { isProduction })
  await app.register(pageAssets)
  app.setNotFoundHandler(notFoundPage(isProduction))
  const seals = createSeals('k'.repeat(43), 'mail stop', systemRandom)
  const mailStops = createMailStops({ db: store.db, clock, seals, portalUrl })
  const admission = createAdmission({ ...parts, mailer: outbox, rules })
  const shared = { accounts, practices, admission, outbox, mailStops, sandboxOutbox: undefined }
  await app.register(accountPages({ ...shared, portalUrl, isSecure, isProduction }))

  /** A practice with one patient, who is invited by mail. */
  async function invitePatient(form: { email: string; birthDate: string; role: 'patient' | 'proxy' }) {
    const provider = await accounts.create({
      email: 'dr@riverside.example',
      password: 'nine quiet lanterns',
      displayName: 'Dr. Quill',
    })
    const practice = await practices.createForProvider(provider, 'Riverside Family Medicine')
    const patientId = 'invited-patient'
    const patient: Patient = { resourceType: 'Patient', id: patientId, birthDate: form.birthDate }
    await records.write([{ practiceId: practice.id, resource: patient }])
    const { email, role } = form
    await practices.invite({
      practiceId: practice.id,
      patientId,
      email,
      role,
      relationship: role === 'proxy' ? 'mother' : 'self',
      invitedBy: provider.id,
    })
    return practice
  }

  return {
    app,
    accounts,
    practices,
    records,
    admission,
    outbox,
    clock,
    portalUrl,
    invitePatient,
    /** The path of the link in the newest mail to an address, or of the newest link to a page. */
    async findMailedPath(to: string, page = ''): Promise<string> {
      const mail = (await outbox.list()).find(
        (sent) => sent.to === to && sent.text.includes(`${page}?token=`),
      )
      const [link] = mail?.text.match(/http\S+\?token=\S+/) ?? []
      if (!link) throw new Error(`no mail with a link went to ${to}`)
      return link.slice(portalUrl.length)
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await store.close()
    },
  }
}

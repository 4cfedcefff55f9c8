import { fastify } from 'fastify'
import { accountPages } from '#server/account-pages/account-pages.ts'
import { browser } from '#server/http/browser.ts'
import type { OutboxMail } from '#server/mail/mail.ts'
import { pageAssets } from '#server/pages/assets.ts'
import { notFoundPage, pageErrors } from '#server/pages/page-errors.ts'
import { pageHeaders } from '#server/pages/page-headers.ts'
import { fakeDoors } from './fake-doors.ts'

const portalUrl = 'http://localhost:8000'

/** The account pages on a database of their own in memory. */
export async function startPages({ isSecure = false, isProduction = false } = {}) {
  const mails: OutboxMail[] = []
  const outbox = {
    list: () => mails,
    send: async (mail: any) => {
      mails.unshift({ ...mail, id: mails.length, sentAt: new Date() })
    },
  }
  const { accounts, practices, invite } = fakeDoors(outbox, portalUrl)
  const app = fastify()
  await app.register(browser, { findSignIn: accounts.findSignIn, cookieKey: 'k'.repeat(43), isSecure })
  await app.register(pageHeaders, { isSecure })
  await app.register(pageErrors, { isProduction })
  await app.register(pageAssets)
  app.setNotFoundHandler(notFoundPage(isProduction))
  await app.register(accountPages({ accounts, practices, outbox, portalUrl, isSecure, isProduction }))
  return {
    app,
    accounts,
    practices,
    outbox,
    portalUrl,
    invitePatient: invite,
    /** The path of the link in the newest mail to an address. */
    findMailedPath(to: string): string {
      const mail = outbox.list().find((sent) => sent.to === to)
      const [link] = mail?.text.match(/http\S+\?token=\S+/) ?? []
      if (!link) throw new Error(`no mail with a link went to ${to}`)
      return link.slice(portalUrl.length)
    },
    [Symbol.asyncDispose]: () => app.close(),
  }
}

import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { getSignedIn } from '#server/http/browser.ts'
import type { OutboxMail, SandboxOutbox } from '#server/mail/mail.ts'
import type { Page } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import { reachesPanel } from '#server/practices/practices.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'

/**
 * `/outbox`: mails that did not leave. A server without a mail server, outside production, shows all mails. A server with a mail server shows
 * the mails of the sandboxes of the person who is signed in.
 */
export function outboxPage(deps: AccountPagesDeps): FastifyPluginAsync {
  const { outbox, sandboxOutbox, practices, portalUrl, isProduction } = deps

  async function listOwn(request: FastifyRequest, from: SandboxOutbox): Promise<OutboxMail[]> {
    const { account } = getSignedIn(request)
    const associations = await practices.listAssociations(account.id)
    const sandboxes = associations.filter(
      ({ practice, role }) => practice.kind === 'sandbox' && reachesPanel({ role }),
    )
    const mails = await Promise.all(sandboxes.map(({ practice }) => from.list(practice.id)))
    return mails.flat().sort((one, other) => other.sentAt.getTime() - one.sentAt.getTime())
  }

  return async (app) => {
    const view = (request: FastifyRequest, reply: FastifyReply) => viewOf(request, reply, isProduction)
    if (sandboxOutbox)
      app.get('/outbox', async (request, reply) => {
        const page = listPage(await listOwn(request, sandboxOutbox), portalUrl, sandboxWords)
        return sendPage(reply.header('cache-control', 'no-store'), page, view(request, reply))
      })
    else if (outbox && !isProduction)
      app.get('/outbox', async (request, reply) =>
        sendPage(reply, listPage(await outbox.list(), portalUrl, serverWords), view(request, reply)),
      )
  }
}

const serverWords = {
  lead: 'This is a development server: mails are shown here and do not leave it. Newest first.',
  empty: 'Sign up or ask for a new password, and the message appears here.',
}

const sandboxWords = {
  lead: 'A sandbox writes to your own address alone. Its mails to others are shown here and do not leave the server. Newest first.',
  empty: 'Invite somebody from the practice desk of your sandbox, and the message appears here.',
}

function listPage(
  mails: readonly OutboxMail[],
  portalUrl: string,
  { lead, empty }: typeof serverWords,
): Page {
  const list =
    mails.length === 0
      ? html`<div class="card"><h2>No mail yet</h2><p class="soft">${empty}</p></div>`
      : mails.map((mail) => renderMail(mail, portalUrl))
  const body = html`<div class="intro">
<h1>Outbox</h1>
<p class="lead">${lead}</p>
</div>
${list}`
  return { title: 'Outbox', body, width: 'wide' }
}

function renderMail({ to, subject, text, sentAt }: OutboxMail, portalUrl: string): SafeHtml {
  const time = sentAt.toISOString()
  return html`<article class="card mail">
<h2>${subject}</h2>
<p class="small soft">To ${to} · <time datetime="${time}">${time.replace('T', ' ').slice(0, 19)} UTC</time></p>
<div class="mail-text">${renderText(text, portalUrl)}</div>
</article>`
}

/** Shows a text with our own addresses as links. Other addresses do not become links, because a name in a mail could have any address. */
function renderText(text: string, portalUrl: string): SafeHtml[] {
  return text
    .split(/(https?:\/\/\S+)/)
    .map((part) => (part.startsWith(`${portalUrl}/`) ? html`<a href="${part}">${part}</a>` : html`${part}`))
}

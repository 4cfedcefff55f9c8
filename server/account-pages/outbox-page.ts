import { html, type SafeHtml } from '@remix-run/html-template'
import type { FastifyPluginAsync } from 'fastify'
import type { Outbox, OutboxMail } from '#server/mail/mail.ts'
import type { Page } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'

/** `/outbox`: the mails that a server without a mail server would have sent. Never registered in production. */
export function outboxPage(outbox: Outbox, portalUrl: string): FastifyPluginAsync {
  return async (app) => {
    app.get('/outbox', async (request, reply) =>
      sendPage(reply, listPage(outbox.list(), portalUrl), viewOf(request, reply, false)),
    )
  }
}

function listPage(mails: readonly OutboxMail[], portalUrl: string): Page {
  const list =
    mails.length === 0
      ? html`<div class="card"><h2>No mail yet</h2><p class="soft">Sign up or ask for a new password, and the message appears here.</p></div>`
      : mails.map((mail) => renderMail(mail, portalUrl))
  const body = html`<div class="intro">
<h1>Outbox</h1>
<p class="lead">This is a development server: mails are shown here and do not leave it. Newest first.</p>
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

/** Text with our own addresses as links; a name in a mail could hold any other address. */
function renderText(text: string, portalUrl: string): SafeHtml[] {
  return text
    .split(/(https?:\/\/\S+)/)
    .map((part) => (part.startsWith(`${portalUrl}/`) ? html`<a href="${part}">${part}</a>` : html`${part}`))
}

import { html } from '@remix-run/html-template'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { OnpatientError } from '#server/errors.ts'
import { renderErrorPage } from '#server/pages/error-page.ts'
import { iconMail } from '#server/pages/icons.ts'
import type { Page } from '#server/pages/page.ts'
import { viewOf } from '#server/pages/view.ts'

interface DeadLink {
  message: string
  action: { label: string; href: string }
  isProduction: boolean
}

/** The page for a mailed link that is used up, too old or cut off. It says how to get a new one. */
export function sendDeadLink(
  request: FastifyRequest,
  reply: FastifyReply,
  { message, action, isProduction }: DeadLink,
): FastifyReply {
  const view = viewOf(request, reply, isProduction)
  const title = 'This link no longer works'
  return reply
    .code(410)
    .type('text/html; charset=utf-8')
    .send(renderErrorPage({ status: 410, title, message, action, requestId: request.id, view }))
}

export function isDeadLink(error: unknown): boolean {
  return error instanceof OnpatientError && error.code === 'link-invalid'
}

/** The page after every form that mails a link. It is the same with and without an account for the address. */
export function checkMailPage({ lead, hasOutbox }: { lead: string; hasOutbox: boolean }): Page {
  const body = html`<div class="emblem">${iconMail}</div>
<h1>Check your mail</h1>
<p class="lead">${lead}</p>
<p class="soft">It usually arrives within a minute. If it does not, look in your spam folder, and check that the address
was spelt correctly. The link works once and only for a short time.</p>
${hasOutbox ? html`<p class="card-foot">This is a development server: no mail leaves it. <a href="/outbox">Open the outbox</a></p>` : undefined}`
  return { title: 'Check your mail', body }
}

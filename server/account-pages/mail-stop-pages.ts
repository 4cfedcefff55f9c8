import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { MailStops } from '#server/mail/mail.ts'
import { csrfField, hiddenField, submitButton } from '#server/pages/form.ts'
import { iconCheck, iconMail } from '#server/pages/icons.ts'
import type { Page } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import { readField, readQuery } from './form-values.ts'
import { sendDeadLink } from './link-page.ts'

interface MailStopDeps {
  mailStops: MailStops
  isProduction: boolean
}

/** `/mail/stop?token=`: the owner of an address stops invitations to it, or allows them again. */
export function mailStopPages({ mailStops, isProduction }: MailStopDeps): FastifyPluginAsync {
  return async (app) => {
    app.get('/mail/stop', async (request, reply) => {
      const token = readQuery(request, 'token') ?? ''
      const address = mailStops.findAddress(token)
      if (address === undefined) return sendBrokenLink(request, reply)
      const view = viewOf(request, reply, isProduction)
      const isStopped = await mailStops.isStopped(address)
      const page = isStopped ? stoppedPage : askPage
      return sendPage(reply, page({ address, token, csrfToken: view.csrfToken }), view)
    })

    app.post('/mail/stop', async (request, reply) => {
      const token = readField(request, 'token')
      const address = mailStops.findAddress(token)
      if (address === undefined) return sendBrokenLink(request, reply)
      if (readField(request, 'decision') === 'allow') await mailStops.allow(address)
      else await mailStops.stop(address)
      return reply.redirect(`/mail/stop?token=${encodeURIComponent(token)}`, 303)
    })
  }

  function sendBrokenLink(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    return sendDeadLink(request, reply, {
      message: 'It is incomplete. Copy all of it from the mail into the address bar, or open it there.',
      action: { label: 'Go to the start page', href: '/' },
      isProduction,
    })
  }
}

/**
 * RFC 8058: a mail program stops the mails by a POST, without the person's browser. For a scope without `browser`: no cookie comes along, and
 * the token in the address is enough.
 */
export function mailStopByProgram({ mailStops }: Pick<MailStopDeps, 'mailStops'>): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, done) => done(null))
    const url = '/mail/stop/one-click'
    app.post(url, async (request, reply) => {
      const address = mailStops.findAddress(readQuery(request, 'token') ?? '')
      if (address === undefined)
        return reply.code(410).send('This link is incomplete. Copy all of it from the mail.')
      await mailStops.stop(address)
      return reply.code(200).send('No more invitations are sent to this address.')
    })
    // A GET must change nothing, because scanners of mails open links.
    app.get(url, async (request, reply) =>
      reply.redirect(`/mail/stop?token=${encodeURIComponent(readQuery(request, 'token') ?? '')}`, 303),
    )
  }
}

interface Shown {
  address: string
  token: string
  csrfToken: string
}

function askPage({ address, token, csrfToken }: Shown): Page {
  const title = 'Stop these mails?'
  const body = html`<div class="emblem">${iconMail}</div>
<h1>${title}</h1>
<p class="lead">No practice can invite <strong>${address}</strong> by mail any more.</p>
${whatStillComes}
<form method="post" action="/mail/stop">
${csrfField(csrfToken)}
${hiddenField('token', token)}
${hiddenField('decision', 'stop')}
${submitButton('Stop these mails')}
</form>`
  return { title, body }
}

function stoppedPage({ address, token, csrfToken }: Shown): Page {
  const title = 'These mails are stopped'
  const body = html`<div class="emblem">${iconCheck}</div>
<h1>${title}</h1>
<p class="lead">No practice can invite <strong>${address}</strong> by mail.</p>
${whatStillComes}
<form method="post" action="/mail/stop">
${csrfField(csrfToken)}
${hiddenField('token', token)}
${hiddenField('decision', 'allow')}
${submitButton('Allow them again')}
</form>`
  return { title, body }
}

const whatStillComes = html`<p class="soft">For your own safety some mails still come: notices about your account, if you have one, and at most once a day
a link for signing up, a new password or another address, when somebody asks for it with this address.</p>`

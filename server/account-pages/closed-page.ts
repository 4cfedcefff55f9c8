import { html } from '@remix-run/html-template'
import type { FastifyPluginAsync } from 'fastify'
import { iconCheck } from '#server/pages/icons.ts'
import type { Page } from '#server/pages/page.ts'
import { sendPage, viewOf } from '#server/pages/view.ts'
import type { AccountPagesDeps } from './account-pages-deps.ts'

/** `/account/closed`: the page after the person has closed the account. Nobody is signed in there, and the page shows nothing about anybody. */
export function closedPage({ isProduction }: Pick<AccountPagesDeps, 'isProduction'>): FastifyPluginAsync {
  return async (app) => {
    app.get('/account/closed', async (request, reply) =>
      sendPage(reply, page, viewOf(request, reply, isProduction)),
    )
  }
}

const title = 'Your account is closed'

const page: Page = {
  title,
  body: html`<div class="emblem">${iconCheck}</div>
<h1>${title}</h1>
<p class="lead">You are signed out everywhere, no app reads in your name any more, and your e-mail address is free. We have sent a last mail that says so.</p>
<p class="soft">Your health records belong to the practices, which keep them as the law wants. Ask them for a copy or a correction at any time.</p>
<p><a class="button button-secondary" href="/">Go to the start page</a></p>`,
}

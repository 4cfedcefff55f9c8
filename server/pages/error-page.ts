import { html, type SafeHtml } from '@remix-run/html-template'
import { iconWarning } from './icons.ts'
import { type Page, renderPage, type View } from './page.ts'
import { viewOfNobody } from './view.ts'

interface ErrorPage {
  status: number
  title: string
  message: string
  /** The page shows it, so that a person can quote it and an operator can find it in the log. */
  requestId: string
  /** The link to what the person can do next; undefined: the start page. */
  action?: { label: string; href: string } | undefined
  view?: View | undefined
}

/** The HTML of an error for people. It says what happened and what to do, and never shows a stack trace. */
export function renderErrorPage({ view, ...error }: ErrorPage): string {
  return renderPage(errorPage(error), view ?? viewOfNobody({ isProduction: true }))
}

function errorPage({ status, title, message, requestId, action }: ErrorPage): Page {
  const { label, href } = action ?? { label: 'Go to the start page', href: '/' }
  const body: SafeHtml = html`<div class="emblem emblem-danger">${iconWarning}</div>
<h1>${title}</h1>
<p class="lead">${message}</p>
<p><a class="button button-primary" href="${href}">${label}</a></p>
<p class="small soft card-foot">Error ${status}. If you ask for help, please quote <code>${requestId}</code>.</p>`
  return { title, body }
}

import { html, type SafeHtml } from '@remix-run/html-template'
import { stylesheetPath } from './assets.ts'
import { csrfField } from './form.ts'
import { logo } from './logo.ts'

/** The parts of a server-rendered page. */
export interface Page {
  /** The title in the browser's tab. The body brings its own `<h1>`. */
  title: string
  body: SafeHtml
  /**
   * 'form' (the default) puts the body on a narrow card; 'article' is a reading column with `contents` beside it;
   * 'wide' is the whole width, and the body brings its own cards.
   */
  width?: 'form' | 'article' | 'wide'
  /** Beside a form, on wide screens; below it on narrow ones. */
  aside?: SafeHtml
  /** The table of contents of an article: ids of headings in the body. */
  contents?: readonly ContentsEntry[]
}

export interface ContentsEntry {
  id: string
  title: string
  /** 2 for `<h2>` (the default), 3 for `<h3>`, which is indented. */
  level?: 2 | 3
}

/** What a page needs to know about the browser it is for; `viewOf` makes it from a request. */
export interface View {
  signedIn: { displayName: string; email: string } | undefined
  /** The token for the sign-out form in the header and for the forms of the page. */
  csrfToken: string
  isProduction: boolean
}

/** The whole HTML document. It needs no script, has no inline style and weighs a few kilobytes. */
export function renderPage(page: Page, view: View): string {
  const width = page.width ?? 'form'
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${page.title} · onpatient</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${stylesheetPath}">
</head>
<body class="page page-${width}">
<a class="skip-link" href="#main">Skip to the content</a>
${renderHeader(view)}
${width === 'article' ? renderArticle(page) : renderMain(page, width)}
${renderFooter(view)}
</body>
</html>
`)
}

function renderHeader({ signedIn, csrfToken }: View): SafeHtml {
  return html`<header class="site-header">
<div class="site-header-inner">
<a class="brand" href="/">${logo}<span>onpatient</span></a>
${signedIn ? renderUserMenu(signedIn, csrfToken) : ''}
</div>
</header>`
}

/** `<details>` opens and closes without a script, by mouse, touch and keyboard. */
function renderUserMenu({ displayName, email }: NonNullable<View['signedIn']>, csrfToken: string): SafeHtml {
  return html`<nav aria-label="Your account">
<details class="menu">
<summary><span class="menu-name">${displayName}</span></summary>
<div class="menu-list">
<p class="menu-who">Signed in as <strong>${email}</strong></p>
<a href="/">My record</a>
<a href="/account/settings">Settings</a>
<a href="/account/settings/applications">FHIR API Application</a>
<form method="post" action="/signout">${csrfField(csrfToken)}<button type="submit">Sign out</button></form>
</div>
</details>
</nav>`
}

function renderMain({ body, aside }: Page, width: 'form' | 'wide'): SafeHtml {
  if (width === 'wide') return html`<main id="main" tabindex="-1">${body}</main>`
  if (!aside) return html`<main id="main" tabindex="-1"><div class="card">${body}</div></main>`
  return html`<div class="beside">
<main id="main" tabindex="-1"><div class="card">${body}</div></main>
<aside class="promise" aria-label="About onpatient">${aside}</aside>
</div>`
}

function renderArticle({ body, contents = [] }: Page): SafeHtml {
  const entries = contents.map(
    ({ id, title, level }) =>
      html`<li><a href="#${id}"${level === 3 ? html` class="set-in"` : ''}>${title}</a></li>`,
  )
  return html`<div class="article-layout">
${entries.length > 0 ? html`<nav class="contents" aria-label="On this page"><p>On this page</p><ul>${entries}</ul></nav>` : ''}
<main id="main" tabindex="-1" class="prose">${body}</main>
</div>`
}

function renderFooter({ isProduction }: View): SafeHtml {
  return html`<footer class="site-footer">
<div class="site-footer-inner">
<p>onpatient gives people their health records back.${isProduction ? '' : html` <span class="badge">Development server</span>`}</p>
<nav aria-label="Documentation">
<a href="/api_fhir/api-docs/tutorial">Developer tutorial</a>
<a href="/api_fhir/api-docs/documentation">API documentation</a>
</nav>
</div>
</footer>`
}

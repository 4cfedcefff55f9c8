import { html, type SafeHtml } from '@remix-run/html-template'
import type { Page } from '../../pages/page.ts'
import { readPageAsset } from '../../pages/page-asset.ts'

export const stylesheet = readPageAsset(new URL('./client.css', import.meta.url), 'demo-client', 'css')

export function demoPage(title: string, contents: NonNullable<Page['contents']>, body: SafeHtml): Page {
  return {
    title,
    width: 'article',
    contents,
    body: html`<link rel="stylesheet" href="${stylesheet.path}">${body}`,
  }
}

/** `tabindex`: a text that is wider than the page needs the focus, so that the keyboard can scroll it. */
export function showCode(name: string, text: string): SafeHtml {
  return html`<pre tabindex="0" role="group" aria-label="${name}"><code>${text}</code></pre>`
}

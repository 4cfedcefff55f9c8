import type { SafeHtml } from '@remix-run/html-template'

/** What every server-rendered page is made of. */
export interface Page {
  title: string
  body: SafeHtml
  /** 'form' is a narrow card; 'article' has a table of contents beside it. */
  width?: 'form' | 'article' | 'wide'
}

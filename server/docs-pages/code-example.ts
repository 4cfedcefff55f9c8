import { html, type SafeHtml } from '@remix-run/html-template'
import { highlight } from './highlight.ts'

/** The languages of every example, in the order they are offered; the first is shown before a choice is made. */
export const languages = [
  { id: 'python', name: 'Python' },
  { id: 'curl', name: 'curl' },
  { id: 'typescript', name: 'TypeScript' },
] as const

type Language = (typeof languages)[number]['id']

/** One task in every language. */
export type Example = Record<Language, string>

/**
 * The choice of language for the whole page. Radio buttons and `:has()` do the work, so it needs no script; it must
 * stand in the same element as the examples. A browser without `:has()` shows every language.
 */
export function languageChoice(): SafeHtml {
  const options = languages.map(
    ({ id, name }, index) =>
      html`<label><input type="radio" name="language" id="language-${id}" value="${id}"${index === 0 ? html` checked` : ''}><span>${name}</span></label>`,
  )
  return html`<fieldset class="language-choice"><legend>Show the examples in</legend>${options}</fieldset>`
}

export function codeExample(title: string, example: Example): SafeHtml {
  return html`<div class="example">${languages.map(({ id, name }) =>
    figure(`${title}, in ${name}`, name, example[id], `code-${id}`),
  )}</div>`
}

/** Code that is the same in every language: an address, an answer. */
export function codeBlock(title: string, code: string): SafeHtml {
  return figure(title, title, code, 'code-any')
}

/** `tabindex`: code that is wider than the page is scrolled by keyboard only when it can have the focus. */
function figure(name: string, label: string, code: string, className: string): SafeHtml {
  return html`<figure class="code ${className}" aria-label="${name}">
<figcaption>${label}</figcaption>
<pre tabindex="0"><code>${highlight(code.trim())}</code></pre>
</figure>
`
}

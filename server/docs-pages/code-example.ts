import { html, type SafeHtml } from '@remix-run/html-template'
import { highlight } from './highlight.ts'

/** The languages of every example, in the order of the choice. The first is shown at the beginning. */
export const languages = [
  { id: 'python', name: 'Python' },
  { id: 'curl', name: 'curl' },
  { id: 'typescript', name: 'TypeScript' },
] as const

type Language = (typeof languages)[number]['id']

/** One task in every language. */
export type Example = Record<Language, string>

/**
 * The choice of language for the whole page. It works by radio buttons and `:has()`, without a script, and must stand in the same element as the
 * examples. A browser without `:has()` shows every language.
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

/** `tabindex`: the keyboard can scroll code that is wider than the page only when the code can have the focus. */
function figure(name: string, label: string, code: string, className: string): SafeHtml {
  return html`<figure class="code ${className}" aria-label="${name}">
<figcaption>${label}</figcaption>
<pre tabindex="0"><code>${highlight(code.trim())}</code></pre>
</figure>
`
}

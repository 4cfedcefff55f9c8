import { html, type SafeHtml } from '@remix-run/html-template'

type Cell = SafeHtml | string | number

/**
 * A table with its first column as row headers. On a phone the stylesheet puts the cells below each other. The roles keep it a table for screen
 * readers, and `data-head` names each cell.
 */
export function table(name: string, head: readonly string[], rows: ReadonlyArray<readonly Cell[]>): SafeHtml {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="${name}"><table class="stacking" role="table">
<thead role="rowgroup"><tr role="row">${head.map((title) => html`<th scope="col" role="columnheader">${title}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(
    ([first, ...rest]) => html`
<tr role="row"><th scope="row" role="rowheader">${first}</th>${rest.map((cell, index) => html`<td role="cell" data-head="${head[index + 1]}">${cell}</td>`)}</tr>`,
  )}
</tbody></table></div>`
}

export function code(text: string): SafeHtml {
  return html`<code>${text}</code>`
}

/** Plain words in which `code` stands between backticks. */
export function withCode(words: string): SafeHtml {
  return html`${words.split('`').map((part, at) => (at % 2 === 1 ? code(part) : part))}`
}

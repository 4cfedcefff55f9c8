import { html, type SafeHtml } from '@remix-run/html-template'

/** The kinds of code that get a colour, in the order of the search. A value to replace wins over the string around it. */
const stretch =
  /(?<comment>(?<=^|\s)(?:#|\/\/) .*$)|(?<placeholder>\b[A-Z]{2,}(?:_[A-Z]+)+\b)|(?<string>'(?:[^'\n]*)'|"(?:[^"\n]*)"|`(?:[^`\n]*)`)|(?<keyword>\b(?:import|from|if|in|raise|while|for|const|let|await|async|function|return|throw|new|def|with|as|not|or|and|curl)\b)/gm

const placeholder = /\b[A-Z]{2,}(?:_[A-Z]+)+\b/g

/** Code with comments, strings, keywords and the values to replace (`LIKE_THIS`) marked for the stylesheet. */
export function highlight(code: string): SafeHtml {
  return html`${split(code, stretch).map(({ text, groups }) => {
    if (groups?.comment) return html`<span class="c-comment">${text}</span>`
    if (groups?.placeholder) return html`<var>${text}</var>`
    if (groups?.string) return html`<span class="c-string">${markPlaceholders(text)}</span>`
    if (groups?.keyword) return html`<span class="c-keyword">${text}</span>`
    return text
  })}`
}

function markPlaceholders(text: string): SafeHtml {
  return html`${split(text, placeholder).map((part) => (part.isMatch ? html`<var>${part.text}</var>` : part.text))}`
}

interface Part {
  text: string
  isMatch: boolean
  groups: Record<string, string | undefined> | undefined
}

/** The text as its matches and the parts between them. */
function split(text: string, pattern: RegExp): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    parts.push({ text: text.slice(end, match.index), isMatch: false, groups: undefined })
    parts.push({ text: match[0], isMatch: true, groups: match.groups })
    end = match.index + match[0].length
  }
  parts.push({ text: text.slice(end), isMatch: false, groups: undefined })
  return parts
}

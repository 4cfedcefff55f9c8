import { errorCatalogue, statusOf } from '../server/errors.ts'
import { settingRows } from '../server/settings.ts'

/** A page under docs/ that is written from the code, so that it cannot tell another story. */
export interface GeneratedDoc {
  /** From the root of the repository. */
  path: string
  content: string
}

const note = '<!-- Written by `node tools/write-docs.ts` from the code. Change the code, not this page. -->\n'

export const generatedDocs: readonly GeneratedDoc[] = [
  { path: 'docs/operate/settings.md', content: settingsPage() },
  { path: 'docs/api/errors.md', content: errorsPage() },
]

function settingsPage(): string {
  const rows = settingRows.map((row) => [
    `\`${row.name}\``,
    row.form,
    row.default,
    row.secret ? `${row.help} Never shown in full.` : row.help,
  ])
  return `${note}
# Settings

Settings are environment variables. All of them are optional, and an empty one counts as absent. They are read once, at
start, and a start with a faulty or misspelt one stops with a message that names every problem. How they work together
is told in [Running onpatient](run.md).

${table(['Name', 'Takes', 'Default', 'What for'], rows)}
`
}

function errorsPage(): string {
  const rows = Object.entries(errorCatalogue).map(([code, { category, meaning }]) => [
    `\`${code}\``,
    String(statusOf[category]),
    category,
    meaning,
  ])
  return `${note}
# Errors

Every error of the server has one of these codes. Where a request can be at fault, the answer says in plain words what to
change, and \`X-Request-Id\` finds it in the log. How each face of the API writes an error down is told in
[The life of a request](../concepts/request.md#when-something-is-wrong).

${table(['Code', 'Status', 'Category', 'What happened, and what to do'], rows)}
`
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

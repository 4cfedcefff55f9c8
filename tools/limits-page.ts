import { type LimitArea, type LimitRow, limitRows } from '../server/limits.ts'
import { markdownTable } from './markdown-table.ts'

const sections: Array<{ area: LimitArea; title: string; words: string }> = [
  {
    area: 'request',
    title: 'One request',
    words:
      'What one request may cost. Beyond it the request fails as a whole, and the error names the bound.',
  },
  {
    area: 'rate',
    title: 'Requests in a period',
    words: `How many requests may come in a period. They are so wide that a household that fetches ten years of records stays far inside. All
of a limit may come at once, and is there again after its period. Every answer shows by \`RateLimit-Policy\` and \`RateLimit\` how much is left, and a 429 says by \`Retry-After\` when to go on.
Several processes, and with PostgreSQL several machines, count together: [decision 0020](../decisions/0020-limits.md).`,
  },
  {
    area: 'mail',
    title: 'Mail',
    words:
      'Nobody can have this server write to a stranger again and again: [decision 0021](../decisions/0021-mail.md).',
  },
  {
    area: 'ownership',
    title: 'What one account, application or practice has',
    words: `Whoever has reached one of these ends or deletes something first; the error says what. A browser that is known to an account is no row
of the database: it keeps a signed mark of its own, which gives no access and needs no limit.`,
  },
]

/** docs/operate/limits.md */
export function limitsPage(): string {
  return `
# Limits

Every bound and limit of the server, and the setting (an environment variable, as in [Settings](settings.md)) that changes it.
${sections.map(section).join('')}`
}

function section({ area, title, words }: (typeof sections)[number]): string {
  const rows = Object.values<LimitRow>(limitRows).filter((row) => row.area === area)
  if (rows.length === 0) return ''
  return `
## ${title}

${words}

${markdownTable(
  ['What', 'At most', 'Beyond it', 'Setting'],
  rows.map((row) => [
    row.what,
    `${row.default.toLocaleString('en')} ${row.unit}`,
    row.beyond,
    `\`${row.setting}\``,
  ]),
)}
`
}

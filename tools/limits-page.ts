import { type LimitArea, type LimitRow, limitRows } from '../server/limits.ts'
import { markdownTable } from './markdown-table.ts'

const sections: Array<{ area: LimitArea; title: string; words: string }> = [
  {
    area: 'request',
    title: 'One request',
    words:
      'The bounds of one request. Beyond a bound the whole request fails, and the error names the bound.',
  },
  {
    area: 'rate',
    title: 'Requests in a period',
    words: `How many requests may come in a period. The limits are so wide that a household can fetch ten years of records and stays far inside. All
requests of a limit may come at once, and all are there again after the period. Every answer shows by \`RateLimit-Policy\` and \`RateLimit\` how much is left, and a 429 says by \`Retry-After\` when to go on.
Several processes, and with PostgreSQL several machines, count together: [decision 0020](../decisions/0020-limits.md).`,
  },
  {
    area: 'mail',
    title: 'Mail',
    words:
      'Limits that keep this server from writing to a stranger again and again: [decision 0021](../decisions/0021-mail.md).',
  },
  {
    area: 'ownership',
    title: 'What one account, application or practice has',
    words: `At one of these limits the person has to end or delete something first; the error says what. A browser that an account knows needs no limit, because it is no row
of the database: it keeps a signed mark of its own, which gives no access.`,
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

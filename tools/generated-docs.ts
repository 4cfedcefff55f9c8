import { errorCatalogue, errorCodeSystem, statusOf } from '../server/errors.ts'
import { type SettingTable, settingTable } from '../server/setting-table.ts'
import { scopeCases, scopedRecords } from '../test/isolation/scope-cases.ts'
import { conformancePage } from './conformance-page.ts'
import { limitsPage } from './limits-page.ts'
import { markdownTable } from './markdown-table.ts'
import { samplesPage } from './samples-page.ts'
import { searchParametersPage } from './search-parameters-page.ts'

/** A page under docs/ that is written from the code, so that both always agree. */
export interface GeneratedDoc {
  /** The path from the root of the repository. */
  path: string
  content: string
}

const note = '<!-- Written by `node tools/write-docs.ts` from the code. Change the code, not this page. -->\n'

export const generatedDocs: readonly GeneratedDoc[] = [
  { path: 'docs/operate/settings.md', content: settingsPage() },
  { path: 'docs/operate/limits.md', content: note + limitsPage() },
  { path: 'docs/api/errors.md', content: errorsPage() },
  { path: 'docs/api/scopes.md', content: scopesPage() },
  { path: 'docs/api/conformance.md', content: note + conformancePage() },
  { path: 'docs/api/samples.md', content: note + samplesPage() },
  { path: 'docs/api/search-parameters.md', content: `${note}${searchParametersPage()}` },
]

/** docs/operate/settings.md */
export function settingsPage(table: SettingTable = settingTable): string {
  const rows = Object.values(table).map((row) => [
    `\`${row.name}\``,
    row.form,
    row.default,
    row.secret ? `${row.help} Never shown in full.` : row.help,
  ])
  return `${note}
# Settings

Settings are environment variables. All of them are optional, and an empty one counts as absent. They are read once, at
start. A start with a faulty or misspelt one stops with a message that names every problem. [Running onpatient](run.md) explains
how they work together. The settings that change a bound or a limit have [a page of their own](limits.md).

${markdownTable(['Name', 'Takes', 'Default', 'What for'], rows)}
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
change, and \`X-Request-Id\` finds it in the log. [The life of a request](../concepts/request.md#when-something-is-wrong) shows
how each API writes an error. In an OperationOutcome the code stands in \`issue.details.coding\` with the system
\`${errorCodeSystem}\`, which \`GET /fhir/r4/CodeSystem/onpatient-error-code\` serves.

${markdownTable(['Code', 'Status', 'Category', 'What happened, and what to do'], rows)}
`
}

/** docs/api/scopes.md, from the cases of the test. */
function scopesPage(): string {
  const words = (records: readonly string[]) =>
    records.length === 0
      ? 'nothing'
      : records.length === scopedRecords.length
        ? 'everything'
        : records.join(', ')
  const rows = scopeCases.map(({ scopes, reads, searches = reads, user }) => [
    scopes.map((scope) => `\`${scope}\``).join(' and '),
    user === undefined ? words(reads) : `${user}, in its current version`,
    words(searches),
  ])
  return `${note}
# Scopes

What scopes open, by example: every line is a case of \`test/isolation/scopes.test.ts\`, which tries each on both databases by reads,
versions, searches, lists, counts, chains, \`_has\`, includes and \`$everything\`. A scope never reaches beyond the records that the person, or the
practice, gave: the grant bounds it.

- Scopes add up. What any of them gives is given.
- Both notations of SMART mean the same: \`.read\` is \`.rs\`, \`.write\` is \`.cud\`. The answer repeats the one that was asked for.
- A filter, as in \`patient/Observation.rs?category=…|laboratory\`, may name parameters of codes (category, code, status and so on). All parts of
  one filter must hold; several scopes with filters add up. Where a filter cannot be kept, the scope is not given.
- With a filter \`_history\` is 403, because a record that is a lab result today may have been something else before. A single version can be read when
  that version meets the filter.
- Writing is for practices: \`user/*.cud\` of a person of the practice, \`system/*.cud\` of an approved service. Filters give no writing.
- \`openid\` with \`fhirUser\` opens the one record that stands for the person, by id and as it is now. In the example it is Ada who agreed.

## The records of the examples

One patient: \`Patient/ada\`; four observations: \`glucose\` (category laboratory, LOINC 2345-7), \`pressure\` (vital-signs), \`lab-survey\` (laboratory and
survey) and \`uncategorized\` (LOINC 2345-7 too); two conditions: \`problem\` (problem-list-item) and \`visit\` (encounter-diagnosis); a report. Another
patient has the same records, and none of the lines below shows any of those.

${markdownTable(['Scopes', 'Read by id', 'Found by search and list'], rows)}
`
}

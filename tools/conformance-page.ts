import {
  rfc9700Deviations,
  rfc9700Remarks,
  rfc9700Rules,
} from '../test/authorization/conformance/rfc-9700-rules.ts'
import type { Remark, Rule } from '../test/authorization/conformance/rules.ts'
import { smartDeviations, smartRemarks, smartRules } from '../test/authorization/conformance/smart-rules.ts'
import { markdownTable } from './markdown-table.ts'

/** docs/api/conformance.md, from the tables that name the tests. A rule without a test fails there. */
export function conformancePage(): string {
  return `
# Conformance of the authorization server

For auditors: each rule below is the title of one or more tests in the file beside it, in \`test/authorization/conformance/\`; the rules are in our own
words. \`npm test -- 'test/authorization/conformance/*.test.ts'\` runs them on both databases. More cases, by subject, stand in
\`test/authorization/\`: CORS, what ends access and when, attacks on browsers and accounts, keys, DPoP, registration.

${partOf('RFC 9700, OAuth 2.0 Security Best Current Practice', 'https://www.rfc-editor.org/rfc/rfc9700', {
  rules: rfc9700Rules,
  deviations: rfc9700Deviations,
  remarks: rfc9700Remarks,
})}

${partOf('SMART App Launch 2.2', 'https://hl7.org/fhir/smart-app-launch/STU2.2/', {
  rules: smartRules,
  deviations: smartDeviations,
  remarks: smartRemarks,
})}
`
}

interface Part {
  rules: Record<string, Rule>
  deviations: readonly Remark[]
  remarks: readonly Remark[]
}

function partOf(title: string, address: string, { rules, deviations, remarks }: Part): string {
  const rows = Object.values(rules).map(({ section, level, says, file }) => [
    section,
    level,
    says,
    `[${file}](../../test/authorization/conformance/${file}.test.ts)`,
  ])
  return `## ${title}

<${address}>

${markdownTable(['Section', 'Level', 'Rule', 'Tests'], rows)}

### Kept in another way

${markdownTable(['Section', 'Rule', 'What we do, and why'], deviations.map(cellsOf))}

### For others

${markdownTable(['Section', 'Rule', 'Why it is not tested here'], remarks.map(cellsOf))}`
}

function cellsOf({ section, says, why }: Remark): string[] {
  return [section, says, why]
}

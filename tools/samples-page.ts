import { samples } from '../server/docs-pages/docs-pages.ts'
import { markdownTable } from './markdown-table.ts'

/** docs/api/samples.md */
export function samplesPage(): string {
  const rows = samples.map(({ language, library, file, install, start, versions, ranOn }) => [
    language,
    `[${library}](../../samples/${file})`,
    versions,
    ranOn ?? '**not run**',
    `\`${install}\`, then \`${start}\``,
  ])
  return `
# Samples with libraries

One whole program for each library: authorize, token, refresh, a list of the classic API with all its pages, a search of the R4 API, revoke. The
server shows the same programs at \`/api_fhir/api-docs/samples\`, with its own addresses.

${markdownTable(['Language', 'Library', 'Versions', 'Last run', 'Start, in the folder of the file'], rows)}

- **Last run** is the day on which the program did every step against this server. \`test/client-libraries/samples.test.ts\` runs each again where
  its library is on the machine, and says which it skips. On Debian: \`apt install python3-authlib python3-requests-oauthlib golang-go
  golang-golang-x-oauth2-dev ruby-oauth2 libnet-oauth2-perl\`. The program in PHP runs after \`composer install\`, the one in Rust after \`cargo build\`, and
  that of Nimbus with its archives in \`samples/java/nimbus/libraries\` (\`mvn dependency:copy-dependencies -DoutputDirectory=libraries\`).
- **Not run** are the programs whose library could not be had where they were written. They follow the documentation and the source of the
  library, and say so at their head.

## Start one

Register an application with the redirect URI \`http://localhost:9999/callback\`, and then:

\`\`\`sh
export CLIENT_ID=… CLIENT_SECRET=…
cd samples/python && python3 authlib_sample.py
\`\`\`

Open the address that it prints, sign in and allow it. The program prints a line for each step.

| Variable | Default | What for |
| --- | --- | --- |
| \`PORTAL_URL\` | \`http://localhost:8000\` | where people sign in and tokens come from |
| \`FHIR_URL\` | as \`PORTAL_URL\` | where the APIs are |
| \`CLIENT_ID\`, \`CLIENT_SECRET\` | none | of your application |
| \`REDIRECT_URI\` | \`http://localhost:9999/callback\` | where the program waits for the browser; a loopback address may have any port |
| \`SCOPE\` | everything of a patient, with \`offline_access\` | \`openid profile email\` signs in, and does no more |
`
}

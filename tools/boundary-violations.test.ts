import assert from 'node:assert/strict'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type BoundaryViolation, findBoundaryViolations } from './boundary-violations.ts'

const root = join(import.meta.dirname, '..')
const { forbidden } = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
  forbidden: Array<{ name: string; comment: string }>
}

/** For each rule a file that breaks it: where it is, and what it imports (`type `: only a type). */
const planted: Record<string, [from: string, to: string]> = {
  'no-circles': ['server/clock.ts', 'type server/network.ts'],
  'no-orphans': ['server/orphan.ts', ''],
  'fhir-is-pure': ['fhir/pure.ts', 'node:fs'],
  'fhir-takes-no-types': ['fhir/typed.ts', 'type server/clock.ts'],
  'words-use-words': ['words/errors.ts', 'type server/errors.ts'],
  'portal-takes-types': ['portal/values.ts', 'server/views/views.ts'],
  'leaves-use-leaves': ['server/errors.ts', 'type server/mail/mail.ts'],
  'only-the-start-knows-everything': ['server/brands/start.ts', 'type server/app.ts'],
  'sql-in-store-and-modules': ['server/apis/r4/sql.ts', 'kysely'],
  'http-at-the-edge': ['server/records/http.ts', 'fastify'],
  'apis-are-strangers': ['server/apis/r4/stranger.ts', 'type server/apis/classic/classic.ts'],
  'apis-know-no-database': ['server/apis/r4/database.ts', 'type server/store/db.ts'],
  'authorization-knows-scopes': ['server/authorization/dates.ts', 'type fhir/dates.ts'],
  'engine-internals-in-one-file': [
    'server/authorization/internals.ts',
    'node_modules/oidc-provider/lib/provider.js',
  ],
  'portal-talks-http': ['portal/server.ts', 'type server/clock.ts'],
  'server-stands-alone': ['server/brands/portal.ts', 'type portal/main.ts'],
  // What each folder is kept from, of which the first four are those that slipped through.
  'types-of-records-for-access': ['server/access/makes.ts', 'server/records/records.ts'],
  'uses-of-apis': ['server/apis/r4/makes.ts', 'server/records/records.ts'],
  'types-of-accounts-for-http': ['server/http/accounts.ts', 'server/accounts/accounts.ts'],
  'uses-of-accounts': ['server/accounts/authorization.ts', 'type server/authorization/authorization.ts'],
  'uses-of-pages': ['server/pages/grants.ts', 'type server/grants/grants.ts'],
  'uses-of-http': ['server/http/records.ts', 'type server/records/records.ts'],
  'uses-of-applications': ['server/applications/accounts.ts', 'type server/accounts/accounts.ts'],
  'uses-of-records': ['server/records/grants.ts', 'type server/grants/grants.ts'],
  'uses-of-practices': ['server/practices/accounts.ts', 'type server/accounts/accounts.ts'],
}
for (const { name } of forbidden) {
  const [kind, folder] = [/^[a-z]+-of/.exec(name)?.[0], name.split('-for-').at(-1)]
  if (planted[name] || !kind) continue
  if (kind === 'uses-of')
    planted[name] = [`server/${name.slice('uses-of-'.length)}/unfit.ts`, 'type server/apis/r4/r4.ts']
  if (kind === 'types-of')
    planted[name] = [
      `server/${folder}/value-${name}.ts`,
      `server/${name.includes('accounts-for') ? 'accounts/accounts' : 'records/records'}.ts`,
    ]
  if (kind === 'entry-of') {
    const entered = name.slice('entry-of-'.length)
    const place = ['classic', 'dstu2', 'r4'].includes(entered) ? `apis/${entered}` : entered
    planted[name] = [`server/app.ts`, `type server/${place}/inner.ts`]
  }
}

/** Files by their place, with the imports that they are to have. */
function plant(folder: string): void {
  const imports = new Map<string, string[]>()
  const add = (file: string, line?: string) =>
    imports.set(file, [...(imports.get(file) ?? []), ...(line ? [line] : [])])
  const link = (from: string, to: string) => {
    const target = to.replace('type ', '')
    const isOurs = /^(fhir|server|portal)\//.test(target)
    if (isOurs) add(target)
    const up = '../'.repeat(from.split('/').length - 1)
    const path = isOurs || target.startsWith('node_modules/') ? `${up}${target}` : target
    add(from, to.startsWith('type ') ? `import type { T } from '${path}'` : `import '${path}'`)
  }
  for (const [from, to] of Object.values(planted)) to === '' ? add(from) : link(from, to)
  link('server/network.ts', 'type server/clock.ts')
  for (const [file, lines] of imports) {
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    writeFileSync(join(folder, file), `${lines.join('\n')}\nexport type T = string\n`)
  }
}

describe('boundaries', () => {
  const folder = mkdtempSync(join(tmpdir(), 'onpatient-boundaries-'))
  let violations: BoundaryViolation[] = []
  before(() => {
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      copyFileSync(join(root, file), join(folder, file))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    plant(folder)
    violations = findBoundaryViolations(folder, ['fhir', 'words', 'server', 'portal']).violations
  })
  after(() => rmSync(folder, { recursive: true }))

  for (const { name, comment } of forbidden)
    it(`${name} refuses a file that breaks it`, () => {
      const [from] = planted[name] ?? assert.fail('No violation is planted for this rule.')
      const found = violations.filter((each) => each.rule === name && each.from === from)
      assert.ok(found.length > 0, `${from} was not refused`)
      assert.equal(found[0]?.sentence, comment)
    })

  it('says each rule in the page about the layout', () => {
    const page = readFileSync(join(root, 'docs/concepts/layout.md'), 'utf8').replaceAll(/\s+/g, ' ')
    const unsaid = forbidden.filter(({ comment }) => !page.includes(`- ${comment}`))
    assert.deepEqual(
      unsaid.map(({ name }) => name),
      [],
    )
  })

  it('has a rule and a line in the page for each folder of the server', () => {
    const page = readFileSync(join(root, 'docs/concepts/layout.md'), 'utf8')
    const folders = readdirSync(join(root, 'server'), { withFileTypes: true }).filter((each) =>
      each.isDirectory(),
    )
    for (const { name } of folders) {
      assert.ok(
        forbidden.some((rule) => rule.name === `uses-of-${name}`),
        `no rule says what ${name} may use`,
      )
      assert.ok(new RegExp(`[ /]${name}/\\s`).test(page), `layout.md does not name ${name}`)
    }
  })
})

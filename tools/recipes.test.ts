import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  asksToRefresh,
  type ContextScopeRow,
  claimsByScope,
  contextScopes,
  isContextScope,
  wordsOfIdentity,
} from '#fhir/scope/context-scopes.ts'
import { listRecordTypes, type RecordTypeRow, recordTypes } from '#fhir/scope/record-types.ts'
import { describeEverything, labelOfPart } from '#fhir/scope/record-words.ts'
import { documentScopes } from '#fhir/scope/supported-scopes.ts'
import { wordsOfScopes } from '../portal/record/scope-words.ts'
import { makeClassicTypes } from '../server/apis/classic/classic-types.ts'
import { itemsOf } from '../server/authorization/consent/consent-choice.ts'
import { scopesSection } from '../server/docs-pages/scopes-section.ts'
import { smartConfiguration } from '../server/http/smart-configuration.ts'
import { listPortalPaths, portalPages } from '../server/portal-pages.ts'
import { wholeNumber } from '../server/setting-kinds.ts'
import { readSettingValues, type SettingRow, settingTable } from '../server/setting-table.ts'
import { describeSettings } from '../server/settings.ts'
import { settingsPage } from './generated-docs.ts'

const root = join(import.meta.dirname, '..')
const [, section = ''] =
  /^## Recipes$([\s\S]*?)^## /m.exec(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')) ?? []
const recipes = section
  .split(/^### /m)
  .slice(1)
  .map((text) => ({ title: text.split('\n')[0] ?? '', files: filesIn(text) }))

/** What looks like a path: it has a slash, or is a Markdown file at the root. */
function filesIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? '')
  return quoted.filter((words) => /^[\w.-]+(\/[\w.-]*)+$|^[A-Z]+\.md$/.test(words))
}

describe('the recipes of CONTRIBUTING.md', () => {
  it('say how to add a record type, a scope, a setting and a portal page', () => {
    assert.deepEqual(
      recipes.map(({ title }) => title),
      ['Add a record type', 'Add a scope', 'Add a setting', 'Add a portal page'],
    )
  })

  for (const { title, files } of recipes)
    it(`${title}: names files that exist`, () => {
      assert.ok(files.length >= 3, 'a recipe names its files')
      assert.deepEqual(
        files.filter((file) => !existsSync(join(root, file))),
        [],
      )
    })
})

describe('a row that is added', () => {
  it('for a record type arrives on the consent page, in the portal, in the API and in the documentation', () => {
    const row: RecordTypeRow = {
      label: 'Implants of the walk',
      inShort: 'implants of the walk',
      description: 'Where something is on the body',
      parts: { 'status=active': 'Implants in use' },
    }
    const table = { ...recordTypes, BodyStructure: row }
    assert.ok(listRecordTypes(table).includes('BodyStructure'))
    assert.match(describeEverything(table), /implants of the walk/)
    assert.deepEqual(itemsOf(['patient/*.rs'], table).at(-1), { value: 'BodyStructure', label: row.label })
    assert.equal(
      labelOfPart('BodyStructure', [{ name: 'status', value: 'active' }], table),
      'Implants in use',
    )
    const served = makeClassicTypes(table).find(({ type }) => type === 'BodyStructure')
    assert.deepEqual(served, {
      type: 'BodyStructure',
      description: row.description,
      hasPatient: true,
      hasDate: false,
    })
  })

  it('for a scope of identity arrives in discovery, in the engine, in the words and in the documentation', () => {
    const row: ContextScopeRow = {
      kind: 'identity',
      documentation: 'With `openid`: learn the telephone number of the walk',
      learned: 'your telephone number',
      learnedBySignIn: 'Your telephone number',
      connected: 'See your telephone number',
      claims: ['phone_number'],
    }
    const table = { ...contextScopes, phone: row }
    const urls = { portalUrl: 'https://portal.example', offersRegistration: false }
    const discovery = smartConfiguration({ ...urls, scopes: table }) as { scopes_supported: string[] }
    assert.ok(discovery.scopes_supported.includes('phone'))
    assert.ok(isContextScope('phone', table))
    assert.deepEqual(claimsByScope(table).phone, ['phone_number'])
    assert.deepEqual(wordsOfIdentity(['openid', 'phone'], table), ['your account', 'your telephone number'])
    assert.deepEqual(wordsOfScopes(['phone'], table), ['See your telephone number'])
    assert.match(
      String(scopesSection(documentScopes(table))),
      /<code>phone<\/code>.*With <code>openid<\/code>: learn the telephone number of the walk/,
    )
  })

  it('for a scope of refresh is found by everything that looks for one', () => {
    const row: ContextScopeRow = { kind: 'refresh', documentation: 'Weekly', connected: 'Come back weekly' }
    const table = { ...contextScopes, weekly_access: row }
    assert.equal(asksToRefresh(['weekly_access'], table), true)
    assert.equal(asksToRefresh(['weekly_access']), false)
    assert.deepEqual(wordsOfScopes(['weekly_access'], table), ['Come back weekly'])
  })

  it('for a setting is read by its type, has its default, is shown at the start and documented', () => {
    const row = {
      name: 'STEPS_OF_THE_WALK',
      ...wholeNumber(1, 9),
      default: '4',
      help: 'How many steps a walk has.',
    } satisfies SettingRow<number>
    const table = { ...settingTable, steps: row }
    const { steps }: { steps: number } = readSettingValues(table, {})
    assert.equal(steps, 4)
    assert.equal(readSettingValues(table, { STEPS_OF_THE_WALK: '7' }).steps, 7)
    assert.match(row.refuse('10') ?? '', /from 1 to 9/)
    assert.deepEqual(describeSettings({ STEPS_OF_THE_WALK: '7' }, [row]), [['STEPS_OF_THE_WALK', '7']])
    assert.match(
      settingsPage(table),
      /^\| `STEPS_OF_THE_WALK` \| a number from 1 to 9 \| 4 \| How many steps a walk has. \|$/m,
    )
  })

  it('for a portal page is served with and without a slash at its end', () => {
    const paths = listPortalPaths({ ...portalPages, walk: '/account/settings/walk' })
    assert.deepEqual(paths.slice(-2), ['/account/settings/walk', '/account/settings/walk/'])
  })
})

/** A row of each table with one part forgotten, and the file in which `tsc` then finds the fault. */
const forgotten = [
  {
    what: 'a new type has no words for the consent page',
    file: 'fhir/scope/record-types.ts',
    before: '\n  Location: {',
    row: "\n  Flag: { inShort: 'a', description: 'A' },",
    fault: /^fhir\/scope\/record-types\.ts.*label/m,
  },
  {
    what: 'a new scope has no words for the list of connected apps',
    file: 'fhir/scope/context-scopes.ts',
    before: '\n  launch: {',
    row: "\n  weekly_access: { kind: 'refresh', documentation: 'Weekly' },",
    fault: /^fhir\/scope\/context-scopes\.ts.*connected/m,
  },
  {
    what: 'a new setting has no default',
    file: 'server/setting-table.ts',
    before: '\n  host: {',
    row: "\n  steps: { name: 'STEPS', ...wholeNumber(1, 9), help: 'Steps.' },",
    fault: /^server\/setting-table\.ts.*default/m,
  },
  {
    what: 'a new page of the portal has no screen',
    file: 'server/portal-pages.ts',
    before: "\n  profile: '",
    row: "\n  walk: '/walk',",
    fault: /^portal\/routes\/router\.tsx.*walk/m,
  },
]

describe('tsc refuses a row with a part forgotten:', () => {
  const folder = mkdtempSync(join(tmpdir(), 'onpatient-recipes-'))
  let faults = ''
  before(() => {
    const portal = join(root, 'portal')
    cpSync(portal, join(folder, 'portal'), {
      recursive: true,
      filter: (path) => path !== join(portal, 'dist'),
    })
    cpSync(join(root, 'fhir/scope'), join(folder, 'fhir/scope'), {
      recursive: true,
      filter: (path) => !/scope-filter|\.test\.ts$/.test(path),
    })
    for (const file of [
      'package.json',
      'server/setting-kinds.ts',
      'server/setting-table.ts',
      'server/portal-pages.ts',
    ]) {
      mkdirSync(join(folder, dirname(file)), { recursive: true })
      copyFileSync(join(root, file), join(folder, file))
    }
    for (const { file, before, row } of forgotten) {
      const path = join(folder, file)
      const text = readFileSync(path, 'utf8')
      assert.ok(text.includes(before), `${file} has ${before.trim()}`)
      writeFileSync(path, text.replace(before, `${row}${before}`))
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const config = JSON.parse(readFileSync(join(portal, 'tsconfig.json'), 'utf8'))
    const { compilerOptions } = config
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: { ...compilerOptions, types: ['vite/client', 'node'] },
        include: ['portal', 'fhir', 'server'],
      }),
    )
    const tsc = spawnSync(
      join(root, 'node_modules/.bin/tsc'),
      ['--noEmit', '-p', folder, '--pretty', 'false'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    )
    faults = tsc.stdout
  })
  after(() => rmSync(folder, { recursive: true }))

  for (const { what, fault } of forgotten) it(what, () => assert.match(faults, fault))
})

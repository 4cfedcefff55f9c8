import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { openModules } from '../../bench/open-modules.ts'
import { aKey } from '../authorization/clients/client-keys.ts'
import { openCommandLine, waitForAddress } from './run-onpatient.ts'

const owner = ['--email', 'dr@elm.example', '--password', 'nine quiet lanterns']

test('an account with a practice, records imported into it, a patient account and an application', async () => {
  await using cli = await openCommandLine()
  const account = await cli.run('account', 'create', ...owner, '--practice', 'Elm Street', '--json')
  assert.equal(account.code, 0, account.stderr)
  const { id, practice } = JSON.parse(account.stdout)
  assert.match(id, /^acc_/)
  assert.match(practice, /^prac_/)

  await writeFile(join(cli.folder, 'mia.json'), '{"resourceType":"Patient","id":"mia"}')
  const imported = await cli.run('import', 'mia.json', '--json')
  assert.equal(imported.code, 0, imported.stderr)
  assert.deepEqual(
    (({ practice: into, created, rejected }) => ({ into, created, rejected }))(JSON.parse(imported.stdout)),
    { into: practice, created: 1, rejected: 0 },
  )

  const patient = await cli.run(
    ...['account', 'create', '--email', 'mia@elm.example', '--password', 'seven slow rivers'],
    ...['--patient', 'mia', '--relationship', 'self', '--json'],
  )
  assert.equal(patient.code, 0, patient.stderr)
  assert.equal(JSON.parse(patient.stdout).patient, 'mia')

  const created = await cli.run(
    ...['application', 'create', '--owner', 'dr@elm.example', '--name', 'My app'],
    ...['--redirect-uri', 'https://app.example/cb', '--redirect-uri', 'http://app.example/cb', '--json'],
    ...['--launch-uri', 'https://app.example/launch'],
  )
  assert.equal(created.code, 0, created.stderr)
  const application = JSON.parse(created.stdout)
  assert.match(application.client_id, /^app_/)
  assert.match(application.client_secret, /^ops_/)
  assert.equal(application.redirect_uris.length, 2)
  assert.equal(application.launch_uri, 'https://app.example/launch')
  assert.equal(application.warnings.length, 1, 'plain http is warned about')

  const open = await cli.run(
    ...['application', 'create', '--owner', 'dr@elm.example', '--name', 'Phone', '--public', '--json'],
    ...['--redirect-uri', 'http://127.0.0.1/cb', '--scope', 'patient/Immunization.rs offline_access'],
  )
  const { client_secret, scope } = JSON.parse(open.stdout)
  assert.deepEqual([client_secret, scope], [null, 'patient/Immunization.rs offline_access'])
})

test('a colleague becomes a provider of a practice, once', async () => {
  await using cli = await openCommandLine()
  const { practice } = JSON.parse(
    (await cli.run('account', 'create', ...owner, '--practice', 'Elm Street', '--json')).stdout,
  )
  await cli.run('account', 'create', '--email', 'dr@oak.example', '--password', 'nine quiet lanterns')
  const make = (id: string) =>
    cli.run('account', 'make-provider', '--email', 'dr@oak.example', '--practice', id)
  for (let time = 0; time < 2; time++) {
    const { code, stdout, stderr } = await make(practice)
    assert.equal(code, 0, stderr)
    assert.match(stdout, /dr@oak.example is a provider of Elm Street/)
  }
  const wrong = await make('prac_none')
  assert.deepEqual([wrong.code, /no practice with the id prac_none/.test(wrong.stderr)], [1, true])
})

test('the second step of an account is removed for who has lost it, and the trace names no secret', async () => {
  await using cli = await openCommandLine()
  await cli.run('account', 'create', ...owner)
  const reset = await cli.run('account', 'reset-factors', '--email', 'dr@elm.example', '--json')
  assert.equal(reset.code, 0, reset.stderr)
  const { id, had_factors } = JSON.parse(reset.stdout)
  assert.equal(had_factors, false)
  assert.deepEqual(JSON.parse(reset.stderr), {
    time: JSON.parse(reset.stderr).time,
    account: id,
    hadFactors: false,
    msg: 'factors were cleared',
  })
  const unknown = await cli.run('account', 'reset-factors', '--email', 'nobody@elm.example')
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /There is no account with the address/)
})

test('every command says what is wrong and what to do, and ends with 1', async () => {
  await using cli = await openCommandLine()
  await cli.run('account', 'create', ...owner)
  const app = ['application', 'create', '--name', 'A', '--redirect-uri']
  const cases: Array<[string[], RegExp]> = [
    [['account', 'create', ...owner], /Another account uses this e-mail address/],
    [['account', 'create', '--email', 'x', '--password', 'nine quiet lanterns'], /e-mail address like/],
    [['account', 'create', '--email', 'x@y.example', '--password', 'short'], /at least 8 characters/],
    [
      ['account', 'create', '--email', 'x@y.example', '--password', 'nine quiet lanterns', '--patient', 'no'],
      /No practice has a patient with the id no\. Import/,
    ],
    [[...app, 'https://a.example/', '--owner', 'no@y.example'], /no account no@y\.example/],
    [
      [...app, 'https://a.example/', '--owner', 'dr@elm.example'],
      /not associated|associated with a provider|practice/,
    ],
    [['import', 'missing.json'], /no practice yet/],
    [['nonsense'], /unknown command/],
    [['account', 'create'], /required option/],
    [['demo', '--patients', 'many'], /whole number/],
  ]
  for (const [args, words] of cases) {
    const { code, stderr, stdout } = await cli.run(...args)
    assert.equal(code, 1, args.join(' '))
    assert.match(stderr, words)
    assert.equal(stdout, '')
    assert.doesNotMatch(stderr, /^\s+at /m, 'no stack trace')
  }
})

test('a mistyped database never becomes an empty one: only a beginning makes it, and says so', async () => {
  await using cli = await openCommandLine()
  const file = join(cli.folder, 'onpatient.db')
  for (const args of [['doctor'], ['keys', 'list'], ['import', '.'], ['demo', '--end']]) {
    const { code, stdout, stderr } = await cli.run(...args)
    assert.equal(code, 1, args.join(' '))
    assert.match(stdout + stderr, /There is no database of onpatient at \S+onpatient\.db, and none was made/)
    assert.deepEqual(await readdir(cli.folder), [])
  }
  await using production = await openCommandLine({
    ...{
      NODE_ENV: 'production',
      PORTAL_URL: 'https://records.clinic.example',
      SMTP_URL: 'smtp://127.0.0.1:9',
    },
    DATABASE_URL: `sqlite:${file}`,
  })
  for (const args of [['serve'], ['account', 'create', ...owner]]) {
    const { code, stderr } = await production.run(...args)
    assert.equal(code, 1)
    assert.match(stderr, /--new or NEW_DATABASE=allow/)
    assert.deepEqual(await readdir(cli.folder), [])
  }
  const begun = await production.run('account', 'create', ...owner, '--new')
  assert.equal(begun.code, 0, begun.stderr)
  assert.match(begun.stderr, /no database at \S+onpatient\.db: a new one was made/)
  const known = await production.run('keys', 'list')
  assert.deepEqual([known.code, known.stderr], [0, ''])
})

test('a database that cannot be is reported in words, by the server and by doctor', async () => {
  const cases: Array<[command: string, url: string, words: RegExp]> = [
    ['serve', 'sqlite:garbage.db', /is not a SQLite database\. The server left it as it is/],
    ['doctor', 'sqlite:garbage.db', /PROBLEM +database: .*is not a SQLite database/],
    [
      'serve',
      'sqlite:garbage.db/inner/o.db',
      /garbage\.db\/inner: a part of the path is a file and not a folder/,
    ],
    ['serve', 'sqlite:.', /database file cannot be opened/],
  ]
  if (process.platform === 'linux')
    cases.push(['serve', 'sqlite:/proc/x/o.db', /\/proc\/x: it does not exist and cannot be made/])
  await Promise.all(
    cases.map(async ([command, url, words]) => {
      await using cli = await openCommandLine({ DATABASE_URL: url, WORKERS: '2' })
      await writeFile(join(cli.folder, 'garbage.db'), 'this is no database, but a text that somebody keeps')
      const { code, stderr, stdout } = await cli.run(command)
      assert.equal(code, 1, `${command} ${url}`)
      assert.match(stderr + stdout, words)
      assert.doesNotMatch(stderr + stdout, /^\s+at |is replaced/m)
    }),
  )
})

test('import asks which practice when there are several, and tells what it left out', async () => {
  await using cli = await openCommandLine()
  await cli.run('account', 'create', ...owner, '--practice', 'Elm')
  const other = await cli.run(
    ...['account', 'create', '--email', 'b@oak.example', '--password', 'seven slow rivers'],
    ...['--practice', 'Oak', '--json'],
  )
  await writeFile(join(cli.folder, 'two.ndjson'), '{"resourceType":"Patient","id":"mia"}\nnot json\n')
  const unsure = await cli.run('import', 'two.ndjson')
  assert.equal(unsure.code, 1)
  assert.match(unsure.stderr, /--practice ID:\n {2}prac_\S+ {2}Elm\n {2}prac_\S+ {2}Oak/)
  const sure = await cli.run('import', 'two.ndjson', '--practice', JSON.parse(other.stdout).practice)
  assert.equal(sure.code, 1, 'something was left out')
  assert.match(sure.stdout, /Oak: 1 new/)
  assert.match(sure.stdout, /two\.ndjson, line 2: The line is not JSON/)
})

test('doctor finds nothing wrong here, and says what is wrong with settings or the database', async () => {
  await using cli = await openCommandLine()
  assert.equal((await cli.run('account', 'create', ...owner)).code, 0)
  const well = await cli.run('doctor', '--json')
  assert.equal(well.code, 0, well.stdout)
  assert.equal(JSON.parse(well.stdout).ok, true)

  for (const check of ['second step', 'signing keys', 'demo'])
    assert.match(well.stdout, new RegExp(`"check":"${check}","ok":true`))

  await using ill = await openCommandLine({ PORT: '99999', PORTAL_URL: 'nowhere', DATABASE_URLL: 'x' })
  const settings = await ill.run('doctor')
  assert.equal(settings.code, 1)
  for (const name of ['PORT', 'PORTAL_URL', 'DATABASE_URLL'])
    assert.match(settings.stdout, new RegExp(`PROBLEM +settings: ${name}`))

  const newer = new Database(join(cli.folder, 'onpatient.db'))
  newer.prepare('insert into kysely_migration (name, timestamp) values (?, ?)').run('9999-later', 'x')
  newer.close()
  const refused = await cli.run('doctor')
  assert.equal(refused.code, 1)
  assert.match(refused.stdout, /PROBLEM +database: .*newer version/)
  const serve = await cli.run('serve')
  assert.equal(serve.code, 1)
  assert.match(serve.stderr, /newer version of onpatient/)
})

test('doctor says when keys do not open what is stored, and its cure works', async () => {
  await using cli = await openCommandLine()
  await cli.run('account', 'create', ...owner)
  await cli.run('keys', 'list')
  const db = new Database(join(cli.folder, 'onpatient.db'))
  db.exec(`insert into authenticator_app (account_id, sealed_secret, created_at, confirmed_at, last_step)
    select id, 'sealed-under-another-key-of-the-server', 1, 1, 0 from account`)
  db.exec(`update server_key set value = '{' where name like 'signing%'`)
  db.close()
  const ill = await cli.run('doctor')
  assert.equal(ill.code, 1)
  assert.match(
    ill.stdout,
    /PROBLEM +second step: the key in the database does not open 1 of 1.*set FACTOR_KEY/,
  )
  assert.match(ill.stdout, /PROBLEM +signing keys: 1 of 1 cannot be read.*keys rotate --at-once/)
  assert.equal((await cli.run('keys', 'rotate', '--at-once')).code, 0)
  assert.equal((await cli.run('account', 'reset-factors', '--email', 'dr@elm.example')).code, 0)
  const well = await cli.run('doctor')
  assert.equal(well.code, 0, well.stdout)
})

test('all wrong settings are reported at once at the start, and none of their secrets', async () => {
  await using cli = await openCommandLine({
    PORT: 'eight',
    FHIR_URL: 'https://user@api.example/path',
    SMTP_URL: 'hidden-word',
    DATABASE_URL: 'mysql://root:hidden-word@db/x',
  })
  const { code, stderr } = await cli.run('serve')
  assert.equal(code, 1)
  for (const name of ['PORT', 'FHIR_URL', 'SMTP_URL', 'DATABASE_URL'])
    assert.match(stderr, new RegExp(`${name}: `))
  assert.doesNotMatch(stderr, /hidden-word/)
})

test('a practice lets a backend service in, and ends it', async () => {
  await using cli = await openCommandLine()
  const account = await cli.run('account', 'create', ...owner, '--practice', 'Elm Street', '--json')
  const { practice } = JSON.parse(account.stdout)
  const { public: jwk } = await aKey('ES384')
  await writeFile(join(cli.folder, 'jwks.json'), JSON.stringify({ keys: [jwk] }))
  const created = await cli.run(
    ...['application', 'create', '--owner', 'dr@elm.example', '--name', 'Quality', '--jwks', 'jwks.json'],
    ...['--scope', 'system/*.rs', '--json'],
  )
  assert.equal(created.code, 0, created.stderr)
  const { client_id, client_secret, authentication } = JSON.parse(created.stdout)
  assert.deepEqual([client_secret, authentication], [null, 'key'])

  const stranger = await cli.run('approval', 'approve', client_id, '--by', 'x@elm.example')
  assert.equal(stranger.code, 1)
  assert.match(stranger.stderr, /is not a provider of Elm Street/)
  const approved = await cli.run('approval', 'approve', client_id, '--by', 'dr@elm.example', '--json')
  assert.equal(approved.code, 0, approved.stderr)
  assert.deepEqual(
    (({ client_id: id, practice: of, scope }) => ({ id, of, scope }))(JSON.parse(approved.stdout)),
    { id: client_id, of: practice, scope: 'system/*.rs' },
  )
  assert.match((await cli.run('approval', 'list')).stdout, /1 approved, 0 waiting/)

  // The developer asks for a change in the portal; the practice decides it here.
  const ask = async (name: string) => {
    const modules = await openModules(`sqlite:${join(cli.folder, 'onpatient.db')}`)
    const service = await modules.applications.find(client_id)
    assert.ok(service)
    await modules.applications.update(service.ownerAccountId, client_id, { ...service, name })
    await modules.close()
  }
  const nothing = await cli.run('approval', 'accept-change', client_id, '--by', 'dr@elm.example')
  assert.deepEqual([nothing.code, /has no change that waits/.test(nothing.stderr)], [1, true])
  await ask('Trap')
  assert.match((await cli.run('approval', 'list')).stdout, /changes .*: name from "Quality" to "Trap"/)
  const refused = await cli.run('approval', 'refuse-change', client_id, '--json')
  assert.deepEqual(JSON.parse(refused.stdout), { client_id, refuse: true })
  const unchanged = await cli.run('approval', 'list')
  assert.match(unchanged.stdout, /approved {2}\S+ {2}Quality: .*\n1 approved, 0 waiting/)
  await ask('Statistics')
  const nobody = await cli.run('approval', 'accept-change', client_id, '--by', 'x@elm.example')
  assert.match(nobody.stderr, /is not a provider of Elm Street/)
  const accepted = await cli.run('approval', 'accept-change', client_id, '--by', 'dr@elm.example')
  assert.match(accepted.stdout, /Elm Street agrees to the change of/)
  assert.match(
    (await cli.run('approval', 'list')).stdout,
    /approved {2}\S+ {2}Statistics: .*\n1 approved, 0 waiting/,
  )
  assert.equal((await cli.run('approval', 'end', client_id)).code, 0)
  assert.match((await cli.run('approval', 'list')).stdout, /0 approved, 0 waiting/)
})

test('signing keys are listed and rotated', async () => {
  await using cli = await openCommandLine()
  await cli.run('account', 'create', ...owner)
  const [first] = JSON.parse((await cli.run('keys', 'list', '--json')).stdout).keys
  assert.equal(first.state, 'signing')
  assert.match((await cli.run('keys', 'rotate')).stdout, /signs in two minutes/)
  const { keys } = JSON.parse((await cli.run('keys', 'list', '--json')).stdout)
  assert.deepEqual(
    keys.map(({ state }: { state: string }) => state),
    ['signing', 'announced'],
  )
  assert.doesNotMatch(JSON.stringify(keys), /"d"/)
})

test('a registration token is printed once, for an account that exists', async () => {
  await using cli = await openCommandLine()
  await cli.run('account', 'create', ...owner, '--practice', 'Elm Street')
  const made = await cli.run('application', 'registration-token', '--owner', 'dr@elm.example', '--json')
  assert.match(JSON.parse(made.stdout).registration_token, /^irt_/)
  const wrong = await cli.run('application', 'registration-token', '--owner', 'dr@elm.example', '--days', '0')
  assert.match(wrong.stderr, /from 1 to 365/)
  assert.equal((await cli.run('application', 'registration-token', '--owner', 'x@elm.example')).code, 1)
})

test('a token for trying things out reads what the account reaches, and is refused in production', async () => {
  const database = join(await mkdtemp(join(tmpdir(), 'onpatient-token-')), 'onpatient.db')
  const settings = { DATABASE_URL: `sqlite:${database}`, DEMO: 'off' }
  await using cli = await openCommandLine(settings)
  await cli.run('account', 'create', ...owner, '--practice', 'Elm Street')
  await writeFile(join(cli.folder, 'mia.json'), '{"resourceType":"Patient","id":"mia"}')
  await cli.run('import', 'mia.json')
  const created = await cli.run(
    ...['application', 'create', '--owner', 'dr@elm.example', '--name', 'My app'],
    ...['--redirect-uri', 'https://app.example/cb', '--json'],
  )
  const { client_id } = JSON.parse(created.stdout)
  const asked = ['token', '--account', 'dr@elm.example', '--application', client_id]
  const made = await cli.run(...asked, '--minutes', '5', '--json')
  assert.equal(made.code, 0, made.stderr)
  const { access_token, expires_in } = JSON.parse(made.stdout)
  assert.equal(expires_in, 300)
  const { portalUrl } = await waitForAddress(cli.start('serve'))
  const read = await fetch(`${portalUrl}/fhir/r4/Patient/mia`, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  assert.equal(read.status, 200)
  for (const [args, reason] of [
    [['token', '--account', 'nobody@elm.example', '--application', client_id], /no such account/],
    [['token', '--account', 'dr@elm.example', '--application', 'app_none'], /no such application/],
    [[...asked, '--minutes', '0'], /1 to 2880/],
  ] as const) {
    const refused = await cli.run(...args)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, reason)
  }
  await using production = await openCommandLine({ ...settings, NODE_ENV: 'production' })
  const refused = await production.run(...asked)
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /gives access on the authorization page/)
  await rm(dirname(database), { recursive: true })
})

test('once the compile cache is filled, a start does not load what strips types from sources', async () => {
  const tell =
    "process.on('exit',()=>console.error(process.moduleLoadList.some((each)=>each.includes('amaro'))))"
  await using cli = await openCommandLine({ NODE_OPTIONS: `--import=data:text/javascript,${tell}` })
  await cli.run('doctor')
  const { stderr } = await cli.run('doctor')
  assert.match(stderr, /^false$/m)
})

test('help of a command is found both ways, and says which options are required', async () => {
  await using cli = await openCommandLine()
  const [one, other] = [
    await cli.run('help', 'application', 'create'),
    await cli.run('application', 'create', '--help'),
  ]
  assert.equal(one.stdout, other.stdout)
  assert.match(one.stdout, /--owner <email>[^-]*\(required\)/)
  assert.match((await cli.run('token', '--help')).stdout, /--application <client-id>[^-]*\(required\)/)
})

test('invite makes a link for one sign-up, also on a new database, and says what it cannot do', async () => {
  await using cli = await openCommandLine({ DEVELOPER_SIGN_UP: 'closed', DEMO: 'off' })
  const made = await cli.run('invite', 'practice')
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /http:\/\/localhost:\d+\/signup\/practice\?invitation=lnk_\S{43}\n/)
  for (const [args, words] of [
    [['invite', 'developer'], /No new sandboxes are made here/],
    [['invite', 'practice', '--days', '0'], /from 1 to 90/],
    [['invite', 'practice', '--email', 'nobody'], /like name@example\.com/],
    [['invite', 'patient'], /practice, developer/],
  ] as const) {
    const { code, stderr } = await cli.run(...args)
    assert.equal(code, 1)
    assert.match(stderr, words)
  }
})

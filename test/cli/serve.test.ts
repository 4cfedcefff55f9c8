import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { SMTPServer } from 'smtp-server'
import { fieldOf, openBrowser } from '../support/browser.ts'
import { type CommandLine, openCommandLine, waitForAddress } from './run-onpatient.ts'

/** What a server for people outside needs; it is reached here as its proxy would. */
const production = {
  NODE_ENV: 'production',
  PORTAL_URL: 'https://records.clinic.example',
  SMTP_URL: 'smtp://127.0.0.1:9',
  NEW_DATABASE: 'allow',
}

/** The address that it listens on: the one that it prints leads to a proxy. */
async function startInProduction(cli: CommandLine) {
  const child = cli.start('serve')
  const { printed } = await waitForAddress(child)
  return { child, printed }
}

const get = async (url: string) => (await fetch(url)).status

test('the first start makes the demo and prints its sign-ins; they work; a second start makes nothing anew', async () => {
  await using cli = await openCommandLine()
  const first = cli.start('serve')
  const { portalUrl, printed } = await waitForAddress(first)
  assert.match(printed, /provider@demo\.example/)
  assert.match(printed, /\/demo\/client/)
  const [, password = ''] = /password of all: (\S+)\)/.exec(printed) ?? []
  for (const email of ['provider@demo.example', 'patient@demo.example', 'parent@demo.example']) {
    const browser = openBrowser()
    const page = await browser.get(`${portalUrl}/signin`)
    const form = { _csrf: fieldOf(page, '_csrf'), email, password }
    assert.equal((await browser.post(`${portalUrl}/signin`, form)).status, 303, email)
  }
  first.kill('SIGTERM')
  assert.deepEqual(await once(first, 'exit'), [0, null])

  const count = () => {
    const db = new Database(join(cli.folder, 'onpatient.db'), { readonly: true })
    const { n } = db.prepare('select count(*) as n from record').get() as { n: number }
    db.close()
    return n
  }
  const before = count()
  assert.ok(before > 1000)
  const second = cli.start('serve')
  const again = await waitForAddress(second)
  assert.doesNotMatch(again.printed, /Making the demo/)
  assert.equal(await get(`${again.portalUrl}/healthz`), 200)
  second.kill('SIGINT')
  assert.deepEqual(await once(second, 'exit'), [0, null])
  assert.equal(count(), before)
})

test('in production there is no demo, no outbox of all mails and no demo client', async () => {
  const { PORTAL_URL: _, ...plain } = production
  await using cli = await openCommandLine({ ...plain, TRUST_PLAIN_HTTP: 'yes' })
  const child = cli.start('serve')
  const { portalUrl, printed } = await waitForAddress(child)
  assert.doesNotMatch(printed, /demo/)
  for (const path of ['/demo/client', '/metrics']) assert.equal(await get(`${portalUrl}${path}`), 404, path)
  assert.equal(await get(`${portalUrl}/signin`), 200)
  // The first practice is free; then a stranger opens none, and "import" needs no --practice.
  assert.equal(await get(`${portalUrl}/signup/practice`), 200)
  await cli.run(
    ...['account', 'create', '--email', 'dr@elm.example', '--password', 'nine quiet lanterns'],
    ...['--practice', 'Elm Street'],
  )
  assert.equal(await get(`${portalUrl}/signup/practice`), 403)
  assert.equal(await get(`${portalUrl}/signup/developer`), 200)
  const invited = await cli.run('invite', 'practice', '--email', 'dr@oak.example', '--days', '3', '--json')
  const { link, email } = JSON.parse(invited.stdout)
  assert.equal(email, 'dr@oak.example')
  assert.equal(await get(`${portalUrl}/signup/practice${new URL(link).search}`), 200)
  // The mails of sandboxes alone, for who is signed in.
  const outbox = await fetch(`${portalUrl}/outbox`, { redirect: 'manual' })
  assert.match(outbox.headers.get('location') ?? '', /^\/signin\?/)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('in production nothing starts that is open to the network or mails nobody, and the lines to add are printed', async () => {
  for (const [env, wanted] of [
    [{}, [/PORTAL_URL is not set and so plain http/, /^ {2}PORTAL_URL=https:/m, /^ {2}SMTP_URL=smtps:/m]],
    [{ PORTAL_URL: 'http://records.clinic.example', SMTP_URL: 'smtp://mail' }, [/PORTAL_URL is plain http/]],
    [
      { ...production, FHIR_URL: 'http://api.clinic.example' },
      [/FHIR_URL is plain http/, /^ {2}FHIR_URL=https:/m],
    ],
    [{ ...production, SMTP_URL: '' }, [/Mail goes nowhere/]],
    [{ ...production, FACTOR_KEY: 'a'.repeat(32) }, [/FACTOR_KEY: its value has fewer than 10 different/]],
    [{ ...production, METRICS_TOKEN: 'short' }, [/METRICS_TOKEN: its value is not 32 to 200/]],
  ] as const)
    for (const workers of ['1', '2']) {
      await using cli = await openCommandLine({ NODE_ENV: 'production', ...env, WORKERS: workers })
      const refused = await cli.run('serve')
      assert.equal(refused.code, 1)
      assert.equal(refused.stdout, '')
      assert.doesNotMatch(refused.stderr, /aaaa|short'|\bat .*\.ts/)
      const reported = await cli.run('doctor')
      assert.equal(reported.code, 1)
      for (const [index, words] of wanted.entries()) {
        assert.match(refused.stderr, words)
        if (index === 0) assert.match(reported.stdout, new RegExp(`PROBLEM.*${words.source}`))
      }
    }
  const mail = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'] }).listen(0, '127.0.0.1')
  await once(mail, 'listening')
  await using well = await openCommandLine({
    ...{ ...production, HOST: '0.0.0.0', TRUSTED_PROXIES: '1' },
    SMTP_URL: `smtp://127.0.0.1:${(mail.address() as AddressInfo).port}`,
  })
  const { child, printed } = await startInProduction(well)
  assert.match(printed, /runs at https:\/\/records\.clinic\.example/)
  child.kill('SIGTERM')
  assert.deepEqual(await once(child, 'exit'), [0, null])
  const healthy = await well.run('doctor')
  assert.equal(healthy.code, 0, healthy.stdout)
  mail.close()
  await once(mail, 'close')
  const ill = await well.run('doctor', '--mail-to', 'dr@clinic.example')
  assert.equal(ill.code, 1)
  assert.match(ill.stdout, /PROBLEM {2}mail: the mail server does not work.*nobody listens there/)
})

test('a start in production says what doctor would say', async () => {
  await using cli = await openCommandLine({ ...production, HOST: '0.0.0.0' })
  chmodSync(cli.folder, 0o755)
  const child = cli.start('serve')
  const { printed } = await waitForAddress(child, /PROBLEM {2}proxies/)
  assert.match(printed, /PROBLEM {2}proxies: HOST=0\.0\.0\.0 .*TRUSTED_PROXIES=1/)
  assert.match(printed, /PROBLEM {2}files: other accounts of this machine/)
  child.kill('SIGTERM')
  await once(child, 'exit')
  assert.match((await cli.run('doctor')).stdout, /PROBLEM {2}proxies: /)
})

test('a database with the demo does not start in production, unless it says so or the demo was ended', async () => {
  await using tryout = await openCommandLine()
  await tryout.run('demo', '--patients', '5')
  const database = { ...production, DATABASE_URL: `sqlite:${join(tryout.folder, 'onpatient.db')}` }
  await using cli = await openCommandLine(database)
  for (const workers of ['1', '2']) {
    await using several = await openCommandLine({ ...database, WORKERS: workers })
    const refused = await several.run('serve')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /everybody knows the password of provider@demo\.example/)
    assert.match(refused.stderr, /demo --end/)
    assert.doesNotMatch(refused.stderr, /maple|\bat .*\.ts/)
  }
  const reported = await cli.run('doctor')
  assert.equal(reported.code, 1)
  assert.match(
    reported.stdout,
    /PROBLEM +demo: everybody knows the password of provider@demo\.example.*demo --end/,
  )

  await using meant = await openCommandLine({ ...database, DEMO: 'on' })
  const publicDemo = await startInProduction(meant)
  publicDemo.child.kill('SIGTERM')
  await once(publicDemo.child, 'exit')

  // The passwords are other ones by now, but its secret is still in the documentation.
  const db = new Database(join(tryout.folder, 'onpatient.db'))
  db.exec("update account set email = 'x' || email where email like '%@demo.example'")
  db.close()
  const secret = await cli.run('serve')
  assert.equal(secret.code, 1)
  assert.match(secret.stderr, /everybody knows the secret of app_demo/)

  const ended = await cli.run('demo', '--end')
  assert.equal(ended.code, 0, ended.stderr)
  const { child } = await startInProduction(cli)
  child.kill('SIGTERM')
  await once(child, 'exit')
})

test('plain http redirects are reported at the start and by doctor', async () => {
  await using cli = await openCommandLine({ DEMO: 'off' })
  const owner = ['--email', 'dr@elm.example', '--password', 'nine quiet lanterns', '--practice', 'Elm']
  await cli.run('account', 'create', ...owner)
  const register = [
    'application',
    'create',
    '--owner',
    'dr@elm.example',
    '--name',
    'Old app',
    '--redirect-uri',
  ]
  assert.equal((await cli.run(...register, 'http://mytestapp.com/redirect_uri')).code, 0)
  assert.match(
    (await cli.run('doctor')).stdout,
    /ok +redirects: 1 application has a redirect URI on plain http/,
  )
  const database = { ...production, DATABASE_URL: `sqlite:${join(cli.folder, 'onpatient.db')}` }
  for (const [setting, words] of [
    ['refuse', /and nobody is sent there: Old app \(app_\w+\)\. Register https/],
    ['allow', /so anyone on the way can read their codes: Old app/],
  ] as const) {
    await using outside = await openCommandLine({ ...database, INSECURE_REDIRECTS: setting })
    const child = outside.start('serve')
    const { printed } = await waitForAddress(child, words)
    assert.match(printed, words)
    child.kill('SIGTERM')
    await once(child, 'exit')
    assert.match((await outside.run('doctor')).stdout, new RegExp(`PROBLEM +redirects: .*${words.source}`))
    const more = await outside.run(...register, 'http://other.example/cb')
    assert.equal(more.code, setting === 'allow' ? 0 : 1)
    if (setting === 'refuse') assert.match(more.stderr, /plain http.*INSECURE_REDIRECTS=allow/)
  }
})

test('DEMO=off starts empty', async () => {
  await using cli = await openCommandLine({ DEMO: 'off' })
  const child = cli.start('serve')
  const { printed } = await waitForAddress(child)
  assert.doesNotMatch(printed, /demo\.example/)
  child.kill('SIGTERM')
  await once(child, 'exit')
})

test('an import that was killed is completed by the same command', async () => {
  await using cli = await openCommandLine({ DEMO: 'off' })
  const owner = ['--email', 'dr@elm.example', '--password', 'nine quiet lanterns', '--practice', 'Elm']
  await cli.run('account', 'create', ...owner)
  const lines = ['{"resourceType":"Patient","id":"mia"}']
  for (let index = 0; index < 20_000; index++)
    lines.push(
      `{"resourceType":"Observation","id":"o${index}","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/mia"}}`,
    )
  await writeFile(join(cli.folder, 'big.ndjson'), lines.join('\n'))
  const file = join(cli.folder, 'onpatient.db')
  const count = () => {
    const db = new Database(file, { readonly: true })
    const { n } = db.prepare("select count(*) as n from record where type = 'Observation'").get() as {
      n: number
    }
    db.close()
    return n
  }
  const child = cli.start('import', 'big.ndjson')
  while (count() === 0 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGKILL')
  await once(child, 'exit')
  const partial = count()
  assert.ok(partial > 0 && partial < 20_000, `killed in the middle: ${partial}`)
  const again = await cli.run('import', 'big.ndjson', '--json')
  assert.equal(again.code, 0, again.stderr)
  const { created, unchanged } = JSON.parse(again.stdout)
  assert.equal(count(), 20_000)
  assert.equal(created + unchanged, 20_001)
  assert.ok(unchanged >= partial, 'what was written before the kill was kept')
})

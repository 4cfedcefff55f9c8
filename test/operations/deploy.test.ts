import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readLimits } from '#server/limits.ts'
import { openCommandLine } from '../cli/run-onpatient.ts'
import { fieldOf, openBrowser } from '../support/browser.ts'

const root = join(import.meta.dirname, '../..')
const ready = (name: string) => readFileSync(join(root, 'deploy', name), 'utf8')

function missing(program: string, option: string): string | false {
  const { error } = spawnSync(program, [option])
  return error ? `${program} is not installed here` : false
}

function withFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'onpatient-deploy-'))
  try {
    work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('systemd takes the unit as it is', { skip: missing('systemd-analyze', '--version') }, () => {
  withFolder((folder) => {
    const unit = join(folder, 'onpatient.service')
    const text = ready('onpatient.service')
    assert.match(
      text,
      /^ExecStart=\/opt\/onpatient\/node_modules\/\.bin\/node server\/cli\/onpatient\.js serve$/m,
    )
    // The program has to be there: that of this repository stands in.
    writeFileSync(unit, text.replaceAll('/opt/onpatient/node_modules/.bin/node', process.execPath))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], {
      encoding: 'utf8',
    })
    const about = stderr.split('\n').filter((line) => line.includes('onpatient.service'))
    assert.deepEqual(about, [])
    assert.equal(status, 0, stderr)
  })
})

test('nginx takes its file as it is', {
  skip: missing('nginx', '-v') || missing('openssl', 'version'),
}, () => {
  withFolder((folder) => {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    const subject = ['-subj', '/CN=records.clinic.example', '-days', '1', '-nodes']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', ...subject, '-keyout', key, '-out', certificate],
      {
        stdio: 'ignore',
      },
    )
    const server = ready('nginx.conf')
      .replace(/ssl_certificate .*;/, `ssl_certificate ${certificate};`)
      .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${key};`)
    const file = join(folder, 'nginx.conf')
    writeFileSync(file, `pid ${folder}/nginx.pid;\nevents {}\nhttp {\n${server}\n}\n`)
    const { status, stderr } = spawnSync('nginx', ['-t', '-c', file, '-e', 'stderr'], { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  })
})

test('Caddy takes its file as it is, also for the proxy of the containers', {
  skip: missing('caddy', 'version'),
}, () => {
  for (const env of [{}, { UPSTREAM: 'onpatient:8000' }]) {
    const file = join(root, 'deploy/Caddyfile')
    const { status, stderr } = spawnSync('caddy', ['validate', '--adapter', 'caddyfile', '--config', file], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    })
    assert.equal(status, 0, stderr)
  }
})

/** "docker compose" is an extension that a docker may be without. */
const noCompose = missing('docker', '--version') || spawnSync('docker', ['compose', 'version']).status !== 0

test('Docker Compose takes its file as it is', {
  skip: noCompose && 'docker compose is not installed here',
}, () => {
  withFolder((folder) => {
    const file = join(folder, 'compose.yaml')
    writeFileSync(file, ready('compose.yaml'))
    writeFileSync(join(folder, 'settings.env'), '')
    writeFileSync(join(folder, '.env'), 'POSTGRES_PASSWORD=secret\n')
    const { status, stderr } = spawnSync('docker', ['compose', '--file', file, 'config', '--quiet'], {
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
  })
})

test('the image holds everything that the server imports', () => {
  const copied = [
    ...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/^COPY --from=build \S+ \.\/(\S*)/gm),
  ]
  const [sources] = [copied.map(([, path]) => path)]
  for (const path of ['node_modules', 'fhir', 'server', 'portal/dist'])
    assert.ok(sources.includes(path), path)
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')
  assert.equal(
    ignored.find((line) => line && !line.startsWith('#')),
    '*',
  )
})

test('the proxies let through what the server takes, so that it refuses the rest with a reason', () => {
  const { bodyBytes } = readLimits({})
  for (const [file, pattern] of [
    ['nginx.conf', /client_max_body_size (\d+)m;/],
    ['Caddyfile', /max_size (\d+)MB/],
  ] as const) {
    const megabytes = Number(pattern.exec(ready(file))?.[1])
    assert.ok(megabytes * 1e6 > bodyBytes && megabytes * 1e6 < 1.2 * bodyBytes, `${file}: ${megabytes} MB`)
  }
})

/** The expression of the filter as this language writes it. */
function failRegex(): RegExp {
  const [, text = ''] = /^failregex = (.*)$/m.exec(ready('fail2ban/filter.conf')) ?? []
  return new RegExp(text.replace('<ADDR>', '(?<address>[0-9a-fA-F.:]+)'))
}

test('fail2ban finds the addresses of refused sign-ins and tokens in the log, and none that a client makes up', async () => {
  await using cli = await openCommandLine({
    DEMO: 'off',
    LOG_ADDRESSES: 'yes',
    LOG_LEVEL: 'info',
    TRUSTED_PROXIES: '1',
  })
  const child = cli.start('serve')
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  const until = async (isThere: () => boolean) => {
    for (let tried = 0; tried < 1000 && !isThere(); tried++) await new Promise((done) => setTimeout(done, 10))
    assert.ok(isThere(), printed)
  }
  await until(() => /Ctrl-C/.test(printed))
  const [, portalUrl = ''] = /onpatient runs at (\S+)/.exec(printed) ?? []
  const from = (address: string, more: Record<string, string> = {}) => ({
    'x-forwarded-for': address,
    'user-agent': '{"level":40,"address":"198.51.100.66","msg":"refused"}',
    ...more,
  })
  const browser = openBrowser()
  const page = await browser.get(`${portalUrl}/signin`)
  const cookie = (await browser.jar.getCookies(portalUrl)).map(String).join('; ')
  const wrong = new URLSearchParams({
    _csrf: fieldOf(page, '_csrf'),
    email: '"address":"198.51.100.66"@example.com',
    password: 'guess',
  })
  await fetch(`${portalUrl}/signin`, { method: 'POST', body: wrong, headers: from('192.0.2.1', { cookie }) })
  const secret = Buffer.from('app_x:guess').toString('base64')
  await fetch(`${portalUrl}/o/token/`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
    headers: from('2001:db8::7', { authorization: `Basic ${secret}` }),
  })
  const made = '/fhir/r4/Patient/"%0A{"level":40,"address":"198.51.100.66"'
  await fetch(`${portalUrl}${made}`, { headers: from('192.0.2.2', { authorization: 'Bearer guess' }) })
  // No attempts: to be asked for a token, and a page that is not there.
  await fetch(`${portalUrl}${made}`, { headers: from('192.0.2.3') })
  await fetch(`${portalUrl}/nowhere`, { headers: from('192.0.2.3') })
  await until(() => (printed.match(/"request completed"/g) ?? []).length >= 6)
  assert.match(printed, /"address":"192\.0\.2\.3"/, 'each request has it')

  const wanted = ['192.0.2.1', '2001:db8::7', '192.0.2.2']
  const lines = printed.split('\n').filter((line) => line.startsWith('{'))
  const found = lines.flatMap((line) => failRegex().exec(line)?.groups?.address ?? [])
  assert.deepEqual(found, wanted)
  const journal = lines.map((line) => `machine node[123]: ${line}`)
  assert.equal(journal.filter((line) => failRegex().test(line)).length, wanted.length)

  if (missing('fail2ban-regex', '--version')) return
  for (const [name, log] of [
    ['log', lines],
    ['journal', journal],
  ] as const) {
    const file = join(cli.folder, name)
    writeFileSync(file, `${log.join('\n')}\n`)
    const filter = join(root, 'deploy/fail2ban/filter.conf')
    const { stdout, stderr } = spawnSync('fail2ban-regex', ['-o', 'ip', file, filter], { encoding: 'utf8' })
    assert.deepEqual(stdout.trim().split('\n').sort(), wanted.toSorted(), `${name}: ${stderr}`)
  }
})

test('logrotate takes its file as it is', { skip: missing('logrotate', '--version') }, () => {
  withFolder((folder) => {
    const log = join(folder, 'onpatient.log')
    const file = join(folder, 'rotate')
    writeFileSync(log, 'a line\n')
    writeFileSync(file, ready('onpatient.logrotate').replace('/var/log/onpatient/onpatient.log', log), {
      mode: 0o600,
    })
    const { status, stderr } = spawnSync('logrotate', ['--debug', '--state', join(folder, 'state'), file], {
      encoding: 'utf8',
    })
    assert.equal(status, 0, stderr)
    assert.doesNotMatch(stderr, /error/)
    assert.match(stderr, /rotating pattern: .*onpatient\.log/)
  })
})

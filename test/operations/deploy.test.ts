import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readLimits } from '#server/limits.ts'

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

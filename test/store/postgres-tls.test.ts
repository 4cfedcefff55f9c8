import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { Client } from 'pg'
import { describeFailure } from '#server/cli/describe-failure.ts'
import { openPostgresStore } from '#server/store/postgres.ts'
import { openCommandLine } from '../cli/run-onpatient.ts'
import { createTestDatabase, testServerUrl } from '../support/test-store.ts'

const skip =
  testServerUrl === undefined
    ? 'ONPATIENT_TEST_POSTGRES names no server'
    : spawnSync('openssl', ['version']).error && 'openssl is not installed here'

/** A certificate authority, and with `name` a certificate of that host by it. */
function makeCertificates(folder: string, authority: string, name?: string): void {
  const at = (file: string) => join(folder, file)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' })
  const fresh = ['-newkey', 'rsa:2048', '-nodes', '-days', '2']
  openssl(
    ...['req', '-x509', ...fresh, '-subj', `/CN=${authority}`],
    ...['-keyout', at(`${authority}.key`), '-out', at(`${authority}.pem`)],
  )
  if (name === undefined) return
  writeFileSync(at('names'), `subjectAltName=DNS:${name}\n`)
  openssl('req', ...fresh, '-subj', `/CN=${name}`, '-keyout', at('server.key'), '-out', at('server.csr'))
  openssl(
    ...['x509', '-req', '-in', at('server.csr'), '-days', '2', '-extfile', at('names'), '-CAcreateserial'],
    ...['-CA', at(`${authority}.pem`), '-CAkey', at(`${authority}.key`), '-out', at('server.pem')],
  )
}

/** Turns TLS on in a server whose files only it can write; what it gets back turns it off. */
async function turnTlsOn(url: string, folder: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ folder: string }>(
    "select current_setting('data_directory') as folder",
  )
  const place = rows[0]?.folder ?? ''
  for (const file of ['server.pem', 'server.key']) {
    const target = `${place}/tls-test-${file}`
    const base64 = readFileSync(join(folder, file)).toString('base64')
    // The server refuses a key that others may read, and COPY to a file lets them.
    await client.query(`copy (select '${base64}') to program 'umask 077; base64 -d > "${target}"'`)
    const setting = file === 'server.pem' ? 'ssl_cert_file' : 'ssl_key_file'
    await client.query(`alter system set ${setting} = '${target}'`)
  }
  await client.query('alter system set ssl = on')
  await client.query('select pg_reload_conf()')
  return async () => {
    for (const setting of ['ssl', 'ssl_cert_file', 'ssl_key_file'])
      await client.query(`alter system reset ${setting}`)
    await client.query('select pg_reload_conf()')
    await client.query(`copy (select '') to program 'rm -f "${place}"/tls-test-server.*'`)
    await client.end()
  }
}

test('PostgreSQL over TLS: the certificate has to be of the host and by the authority that is named', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'onpatient-tls-'))
  makeCertificates(folder, 'ours', 'localhost')
  makeCertificates(folder, 'another')
  const { url, drop } = await createTestDatabase(testServerUrl ?? '')
  const turnOff = await turnTlsOn(testServerUrl ?? '', folder)
  const address = (host: string, authority: string | undefined, mode = 'verify-full') => {
    const to = new URL(url)
    to.hostname = host
    to.searchParams.set('sslmode', mode)
    if (authority !== undefined) to.searchParams.set('sslrootcert', join(folder, `${authority}.pem`))
    return to.href
  }
  try {
    const right = address('localhost', 'ours')
    // The server takes its new settings up in a moment of its own.
    const store = await openWithin(right)
    const plain = await sql<{ n: number }>`
      select count(*)::int as n from pg_stat_ssl join pg_stat_activity using (pid)
      where datname = current_database() and not ssl`.execute(store.db)
    assert.equal(plain.rows[0]?.n, 0, 'every connection is by TLS')
    await store.close()

    for (const wrong of [
      address('localhost', 'another'),
      address('localhost', undefined),
      address('127.0.0.1', 'ours'),
    ])
      await assert.rejects(openPostgresStore(wrong), (error) => {
        assert.match(describeFailure(error), /^The connection to PostgreSQL by TLS fails: /, wrong)
        return true
      })

    await using cli = await openCommandLine({ DATABASE_URL: right })
    assert.match((await cli.run('doctor')).stdout, /ok +database: PostgreSQL .*, by TLS/)
    await using open = await openCommandLine({ DATABASE_URL: url })
    assert.match(
      (await open.run('doctor')).stdout,
      /ok +database: PostgreSQL .*, without TLS on this machine/,
    )
  } finally {
    await turnOff()
    await drop()
    rmSync(folder, { recursive: true })
  }
})

async function openWithin(url: string): Promise<Awaited<ReturnType<typeof openPostgresStore>>> {
  for (let tried = 1; ; tried++)
    try {
      return await openPostgresStore(url)
    } catch (error) {
      if (tried === 50 || !/does not support SSL/.test(String(error))) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
}

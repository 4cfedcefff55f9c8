import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Account } from '#server/accounts/accounts.ts'
import type { Store } from '#server/store/store.ts'
import { codeOf } from '../support/authenticator-app.ts'
import { authorize, getTokens, openConsent, postToken } from '../support/authorize.ts'
import { aClinic, anApplication, aPatient, aReader, password, redirectUri } from '../support/people.ts'
import { startApp, type TestApp } from '../support/start-app.ts'

test('no secret, password or token that was issued is in any file or table of the database', async () => {
  await using app = await startApp()
  const clinic = await aClinic(app, 'Quiet Clinic')
  await aPatient(app, clinic, 'ana')
  const reader = await aReader(app, clinic, 'ana@example.com', ['ana'])
  const client = await anApplication(app, clinic)
  const rotated = await app.modules.applications.rotateSecret(clinic.provider.id, client.id, 3600)
  const unusedCode = (await authorize(app, client.id, reader.email)).get('code') ?? ''
  const tokens = await getTokens(app, client, reader.email)
  const refreshed = await postToken(app, {
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token,
    client_id: client.id,
    client_secret: client.secret,
  })
  const { browser } = await openConsent(
    app,
    { response_type: 'code', client_id: client.id, redirect_uri: redirectUri },
    reader.email,
  )
  const launcher = await anApplication(app, clinic, { launchUri: 'https://app.example.com/launch' })
  const [association] = await app.modules.practices.listAssociations(clinic.provider.id)
  assert.ok(association)
  const launchAddress = await app.modules.launches.start(association, launcher.id, {
    associationId: association.id,
    patientId: 'ana',
  })
  const launch = new URL(launchAddress).searchParams.get('launch') ?? ''
  // The request that brings it waits for an answer.
  const launched = {
    response_type: 'code',
    client_id: launcher.id,
    redirect_uri: redirectUri,
    aud: app.fhirUrl,
    scope: 'launch patient/*.rs',
    launch,
  }
  const { page: waiting } = await openConsent(app, launched, clinic.provider.email)
  assert.equal(waiting.status, 200)
  const signIn =
    (await browser.jar.getCookies(app.portalUrl)).find((cookie) => cookie.key.endsWith('sign_in'))?.value ??
    ''
  await app.modules.accounts.startPasswordReset(reader.email, { ip: '192.0.2.1', userAgent: 'x' })
  const invitation = await app.modules.practices.invite({
    practiceId: clinic.practice.id,
    patientId: 'ana',
    email: 'new@example.com',
    role: 'proxy',
    relationship: 'parent',
    invitedBy: clinic.provider.id,
  })
  assert.ok(invitation.id)
  const links = ((await app.modules.outbox?.list()) ?? []).flatMap((mail) =>
    [...mail.text.matchAll(/token=(\S+)/g)].map(([, token]) => token ?? ''),
  )
  assert.ok(links.length >= 2)

  const factors = await setUpFactors(app, reader)

  const secrets = {
    password,
    ...factors,
    clientSecret: client.secret,
    rotated,
    unusedCode,
    launch,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    newAccessToken: refreshed.body.access_token,
    newRefreshToken: refreshed.body.refresh_token,
    signIn: decodeURIComponent(signIn),
    ...Object.fromEntries(links.map((link, index) => [`link ${index}`, link])),
  }
  const contents = app.store.kind === 'sqlite' ? await readFiles(app.folder) : await readTables(app.store)
  assert.ok(contents.length > 0)
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(secret.length > 8, `${name} was not issued`)
    for (const [file, content] of contents) assert.ok(!content.includes(secret), `${name} is in ${file}`)
  }
})

async function setUpFactors(app: TestApp, account: Account) {
  const { accounts } = app.modules
  const { token } = await accounts.startSignIn(account.id, { ip: '192.0.2.1', userAgent: 'x' })
  const signIn = (await accounts.findSignIn(token))?.signIn
  assert.ok(signIn)
  const { challenge } = await accounts.factors.startPasskey(account, signIn)
  const { text } = await accounts.factors.startAuthenticatorApp(account, signIn)
  const code = codeOf(text, app.clock.now())
  const codes = (await accounts.factors.confirmAuthenticatorApp(account, signIn, code)) ?? []
  const visitor = { ip: '192.0.2.1', userAgent: 'x' }
  const pending = await accounts.signIn({ email: account.email, password, visitor })
  assert.equal(pending.kind, 'pending')
  return {
    challenge,
    appSecret: text,
    pending: pending.token,
    ...Object.fromEntries(codes.map((each, index) => [`recovery code ${index}`, each])),
    ...Object.fromEntries(
      codes.map((each, index) => [`plain recovery code ${index}`, each.replaceAll('-', '')]),
    ),
  }
}

type Contents = Array<readonly [name: string, content: string]>

async function readFiles(folder: string): Promise<Contents> {
  const files = await readdir(folder)
  return Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'latin1')] as const))
}

/** PostgreSQL's files are of its own form; what can be read from its tables is what a dump of it holds. */
async function readTables({ db }: Store): Promise<Contents> {
  const tables = await db.introspection.getTables()
  return Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await sql`select * from ${sql.table(name)}`.execute(db)
      return [name, JSON.stringify(rows)] as const
    }),
  )
}

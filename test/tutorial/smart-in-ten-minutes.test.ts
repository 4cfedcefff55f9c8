import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { openCommandLine, waitForAddress } from '../cli/run-onpatient.ts'
import { answerConsent, signIn } from '../support/authorize.ts'
import { openBrowser } from '../support/browser.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/api/smart-in-ten-minutes.md'), 'utf8')
const commands = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block)

/** What the page tells people to do in the browser: the code that they copy. */
async function beThePerson(portalUrl: string, address: string): Promise<string> {
  const browser = openBrowser()
  const start = await browser.follow(await browser.get(address), portalUrl)
  const consent = await browser.follow(
    await signIn(browser, start, 'parent@demo.example', 'maple-street-9'),
    portalUrl,
  )
  assert.match(consent.body, /Lab results/)
  const back = await answerConsent({ portalUrl } as never, browser, consent, { persons: 1 })
  const { searchParams } = new URL(back.location ?? '')
  assert.equal(searchParams.get('state'), 'a-random-text')
  return searchParams.get('code') ?? ''
}

test('every command of "SMART in ten minutes" does what the page says', async () => {
  await using cli = await openCommandLine({ DEMO: 'on' })
  const { portalUrl } = await waitForAddress(cli.start('serve'))
  const script = commands
    .join('\n')
    .replaceAll('http://localhost:8000', portalUrl)
    .replaceAll('npx onpatient', `node ${join(root, 'server/cli/onpatient.js')}`)
  const node = join(process.execPath, '..')
  const shell = spawn('bash', ['-eu', '-o', 'pipefail', '-c', script], {
    cwd: cli.folder,
    env: {
      ...process.env,
      PATH: `${node}:${process.env.PATH}`,
      DATABASE_URL: `sqlite:${join(cli.folder, 'onpatient.db')}`,
      NODE_ENV: 'development',
    },
    stdio: 'pipe',
  })
  const said = text(shell.stderr)
  const ended = once(shell, 'exit')
  const lines: string[] = []
  for await (const line of createInterface({ input: shell.stdout })) {
    lines.push(line)
    if (line.startsWith(`${portalUrl}/o/authorize/?`))
      shell.stdin.write(`${await beThePerson(portalUrl, line)}\n`)
  }
  const [code] = await ended
  assert.equal(code, 0, await said)
  const rest = lines.slice(lines.findIndex((line) => line.includes('/o/authorize/?')) + 1)
  const [patient, scope, seconds, results, conditions, ...last] = rest
  assert.match(patient ?? '', /^[\w-]+$/)
  assert.match(scope ?? '', /patient\/Observation\.rs\?category=\S+\|laboratory/)
  assert.equal(seconds, '172800')
  assert.match(results ?? '', /^\d+ lab results, the latest: \S/)
  assert.deepEqual(
    [conditions, last.filter((line) => /^\d{3}$|\d{3}$/.test(line)).map((line) => line.slice(-3))],
    ['403', ['200', '401']],
  )
})

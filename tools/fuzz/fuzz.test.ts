import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

/** A run that was ended by a signal while it sent requests: what it printed, its code, and what it left. */
async function endBy(signal: NodeJS.Signals) {
  const folder = await mkdtemp(join(tmpdir(), 'onpatient-fuzzer-'))
  const driver = spawn(
    process.execPath,
    [join(import.meta.dirname, 'fuzz.ts'), ...['--minutes', '5', '--seed', '7']],
    {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = once(driver, 'exit')
  const lines: string[] = []
  let server = 0
  for await (const line of createInterface({ input: driver.stdout })) {
    lines.push(line)
    const [, pid] = /The server is process (\d+)/.exec(line) ?? []
    if (pid === undefined) continue
    server = Number(pid)
    setTimeout(() => driver.kill(signal), 300)
  }
  const [code] = await ended
  while (isRunning(server)) await sleep(50)
  let left = await readdir(folder)
  // A killed one cannot wait for the folder to go.
  while (left.some((name) => name.startsWith('onpatient-fuzz-'))) {
    await sleep(50)
    left = await readdir(folder)
  }
  await rm(folder, { recursive: true, force: true })
  return { code, text: lines.join('\n'), server }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('A run that is ended early prints its figures, and one that is killed leaves no server behind', async () => {
  const [asked, killed] = await Promise.all([endBy('SIGTERM'), endBy('SIGKILL')])
  assert.match(
    asked.text,
    /\n\d+ requests with seed 7; slowest .*\nIt was ended early by SIGTERM\.\n {2}all: /,
  )
  assert.match(asked.text, /Nothing was found\.$/)
  assert.equal(asked.code, 0)
  assert.equal(killed.code, null)
  assert.ok(asked.server > 0 && killed.server > 0)
})

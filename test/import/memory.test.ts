import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeLines } from '../../bench/import-memory.ts'
import { openCommandLine } from '../cli/run-onpatient.ts'

const megabyte = 1024 * 1024
const skip = process.platform === 'linux' ? false : 'only Linux tells the most memory that a process had'

/** In megabytes; undefined once it has ended. */
async function readPeak(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(status) ?? []
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}

test('memory does not grow with the file: what is kept of 20 MB fits into a heap that the file does not fit into', {
  skip,
}, async () => {
  // Held as objects, the file would need several times its size.
  await using line = await openCommandLine({ NODE_OPTIONS: '--max-old-space-size=96' })
  const created = await line.run(
    'account',
    'create',
    '--email',
    'dr@example.com',
    '--password',
    'long-enough-1',
    '--practice',
  )
  assert.equal(created.code, 0, created.stderr)
  const file = join(line.folder, 'large.ndjson')
  const lines = await writeLines(file, 20 * megabyte)
  const child = line.start('import', file, '--json')
  let peak = 0
  let isOver = false
  const watch = async () => {
    while (!isOver) {
      peak = Math.max(peak, (await readPeak(child.pid)) ?? 0)
      await sleep(50)
    }
  }
  const over = Promise.all([text(child.stdout), text(child.stderr)]).finally(() => {
    isOver = true
  })
  const [[stdout, stderr]] = await Promise.all([over, watch()])
  assert.equal(stderr, '')
  assert.equal(JSON.parse(stdout).created, lines)
  assert.ok(peak > 50 && peak < 300, `${Math.round(peak)} MB`)
})

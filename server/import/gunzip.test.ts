import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { gunzip } from './gunzip.ts'

const text = Array.from({ length: 40_000 }, (_, index) => `${Math.sin(index)}\n`).join('')

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

/** What comes out, and the fault at its end; a reader that takes its time must not lose anything. */
async function unpack(bytes: Buffer, pauseMs = 0) {
  const pieces: Buffer[] = []
  try {
    for await (const piece of gunzip(inPieces(bytes, 5000))) {
      pieces.push(piece)
      await sleep(pauseMs)
    }
    return { text: Buffer.concat(pieces).toString(), fault: undefined }
  } catch (error) {
    return { text: Buffer.concat(pieces).toString(), fault: error as Error }
  }
}

test('unpacks, also what was packed in several parts', async () => {
  assert.deepEqual(await unpack(gzipSync(text)), { text, fault: undefined })
  const parts = Buffer.concat([gzipSync('one '), gzipSync('two')])
  assert.deepEqual(await unpack(parts), { text: 'one two', fault: undefined })
  // As tapes and some programs pad.
  const padded = Buffer.concat([gzipSync(text), Buffer.alloc(20_000)])
  assert.deepEqual(await unpack(padded), { text, fault: undefined })
})

test('what is cut off or damaged comes up to the fault, and then throws', async () => {
  const packed = gzipSync(text)
  for (const pauseMs of [0, 1]) {
    const cut = await unpack(packed.subarray(0, packed.length / 2), pauseMs)
    assert.match(String(cut.fault), /unexpected end of file/)
    assert.ok(text.startsWith(cut.text) && cut.text.length > text.length * 0.45, String(cut.text.length))
    const damaged = Buffer.from(packed)
    damaged[damaged.length - 8] = (damaged[damaged.length - 8] ?? 0) ^ 1
    const wrong = await unpack(damaged, pauseMs)
    assert.match(String(wrong.fault), /incorrect data check/)
    // zlib hands on 16 kB at a time and keeps the last of them.
    assert.ok(text.startsWith(wrong.text) && wrong.text.length >= text.length - 16 * 1024)
  }
})

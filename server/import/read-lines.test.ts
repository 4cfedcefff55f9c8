import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readLines } from './read-lines.ts'

async function* inChunks(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text)
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function collect(text: string, size: number): Promise<string[]> {
  const lines: string[] = []
  for await (const line of readLines(inChunks(text, size))) lines.push(String(line))
  return lines
}

test('lines are the same however the stream is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '\u2028', '𝄞', '\n') })),
      fc.integer({ min: 1, max: 9 }),
      async (parts, size) => {
        const text = parts.join('\n')
        const expected = text.split('\n')
        // What follows the last line feed is a line only when there is something.
        if (expected.at(-1) === '') expected.pop()
        assert.deepEqual(await collect(text, size), expected)
      },
    ),
  )
})

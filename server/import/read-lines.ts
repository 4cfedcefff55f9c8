/** The longest line that is held in memory. */
const longestBytes = 256 * 1024 * 1024
const lineFeed = 0x0a

/**
 * The lines of a stream as bytes, cut at line feeds alone: in JSON text U+2028 and U+2029 are ordinary characters. A line that is
 * too long is returned as undefined.
 */
export async function* readLines(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer | undefined> {
  let parts: Buffer[] = []
  let size = 0
  const take = (last: Buffer) => {
    const whole = parts.length === 0 ? last : Buffer.concat([...parts, last])
    const isTooLong = size + last.length > longestBytes
    parts = []
    size = 0
    return isTooLong ? undefined : whole
  }
  for await (const chunk of stream) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      yield take(chunk.subarray(start, end))
      start = end + 1
    }
    const rest = chunk.subarray(start)
    size += rest.length
    if (size > longestBytes) parts = []
    else if (rest.length > 0) parts.push(rest)
  }
  if (size > 0) yield take(Buffer.alloc(0))
}

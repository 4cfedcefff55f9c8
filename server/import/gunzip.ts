import { createGunzip } from 'node:zlib'

/**
 * Unpacks piece by piece. Throws at a fault, but only after it has passed on everything before. A failing stream would drop the
 * pieces that nobody has read yet, which are good records.
 */
export async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unpacker = createGunzip()
  let unpacked: Buffer[] = []
  let fault: Error | undefined
  unpacker.on('data', (piece: Buffer) => unpacked.push(piece))
  unpacker.on('error', (error) => {
    fault = error
  })
  // A piece with a fault never completes. The end of the stream does.
  let proceed = () => {}
  unpacker.on('close', () => proceed())
  const take = () => {
    const taken = unpacked
    unpacked = []
    return taken
  }
  try {
    for await (const piece of packed) {
      await new Promise<void>((done) => {
        proceed = done
        unpacker.write(piece, () => done())
      })
      yield* take()
      if (fault) throw fault
    }
    await new Promise<void>((done) => {
      proceed = done
      unpacker.end()
    })
    yield* take()
    if (fault) throw fault
  } finally {
    unpacker.destroy()
  }
}

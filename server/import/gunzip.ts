import { createGunzip } from 'node:zlib'

/**
 * Unpacks piece by piece. Throws at a fault, but only after everything before it was handed on: a stream that fails throws
 * away what nobody has read yet, which here are good records.
 */
export async function* gunzip(packed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unpacker = createGunzip()
  let unpacked: Buffer[] = []
  let fault: Error | undefined
  unpacker.on('data', (piece: Buffer) => unpacked.push(piece))
  unpacker.on('error', (error) => {
    fault = error
  })
  // A piece with a fault in it is never said to be done; the end of the stream is.
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

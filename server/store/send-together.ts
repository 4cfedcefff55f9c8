import type { Client } from 'pg'

/** The socket below a client, which its types leave out. */
interface WithSocket {
  connection: { stream: { cork(): void; uncork(): void; writableCorked: number } }
}

/** Statements of one turn of the event loop go out in one piece, because a system call costs more than a read. */
export function sendTogether(client: Client): void {
  const { stream } = (client as Client & WithSocket).connection
  if (stream.writableCorked > 0) return
  stream.cork()
  setImmediate(() => stream.uncork())
}

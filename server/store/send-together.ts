import type { Client } from 'pg'

/** The socket below a client, which its types leave out. */
interface WithSocket {
  connection: { stream: { cork(): void; uncork(): void; writableCorked: number } }
}

/** What is asked before the process looks at its sockets again goes out in one piece: a call of the system costs more than a read. */
export function sendTogether(client: Client): void {
  const { stream } = (client as Client & WithSocket).connection
  if (stream.writableCorked > 0) return
  stream.cork()
  setImmediate(() => stream.uncork())
}

import { Client, type ClientConfig } from 'pg'

/** Short messages to everybody who has this database open, on any machine. They may get lost. */
export interface Broadcast {
  send(text: string): void
  /** Calls with every message of others. The returned function stops that and closes the connection. */
  listen(take: (text: string) => void): () => void
}

const channel = 'onpatient'
const pauseBeforeReconnectMs = 2000

/** The most messages that wait while another is sent. With more the oldest are lost. */
const mostWaiting = 1000

/**
 * LISTEN and NOTIFY: https://www.postgresql.org/docs/current/sql-notify.html. A notification is not written to disk. It uses a
 * connection of its own, which is opened when somebody listens, and again after a loss.
 */
export function createBroadcast(config: ClientConfig, onLost: (error: Error) => void): Broadcast {
  let current: Client | undefined
  let waiting: string[] = []
  let isSending = false

  async function sendAll(): Promise<void> {
    isSending = true
    for (let text = waiting.shift(); text !== undefined; text = waiting.shift())
      await current?.query('select pg_notify($1, $2)', [channel, text]).catch(onLost)
    isSending = false
  }

  return {
    send(text) {
      if (!current) return
      waiting = [...waiting.slice(1 - mostWaiting), text]
      if (!isSending) void sendAll()
    },
    listen(take) {
      let isStopped = false
      let timer: NodeJS.Timeout | undefined

      async function connect(): Promise<void> {
        const client = new Client({ ...config, application_name: 'onpatient broadcast' })
        client.on('error', onLost)
        client.on('end', () => again(client))
        client.on('notification', ({ processId, payload = '' }) => {
          if (processId !== (client as unknown as { processID: number }).processID) take(payload)
        })
        try {
          await client.connect()
          await client.query(`listen ${channel}`)
        } catch (error) {
          onLost(error as Error)
          return again(client)
        }
        if (isStopped) await client.end()
        else current = client
      }

      function again(client: Client): void {
        if (current === client) current = undefined
        if (isStopped || timer) return
        timer = setTimeout(() => {
          timer = undefined
          void connect()
        }, pauseBeforeReconnectMs).unref()
      }

      void connect()
      return () => {
        isStopped = true
        clearTimeout(timer)
        void current?.end()
        current = undefined
      }
    },
  }
}

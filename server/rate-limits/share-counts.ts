import cluster from 'node:cluster'
import type { Broadcast } from '../store/broadcast.ts'
import type { RateLimits, SharedCount } from './rate-limits-interface.ts'

/** Between the processes of one machine, through the first one, which hands it on to all others (cli/workers.ts). */
interface CountMessage {
  counts: readonly SharedCount[]
}

export function isCountMessage(message: unknown): message is CountMessage {
  return typeof message === 'object' && message !== null && 'counts' in message
}

/**
 * Lets all who answer for one database count together: by the notifications of PostgreSQL, which reach every process on
 * every machine, and with SQLite by messages between the processes of this machine. What comes up in one turn of the event
 * loop goes out together. Nothing waits for it, and when it gets lost each process still counts by itself.
 */
export function shareCounts(rateLimits: RateLimits, broadcast: Broadcast | undefined): { stop(): void } {
  const channel = broadcast
    ? throughDatabase(broadcast)
    : cluster.isWorker
      ? throughFirstProcess()
      : undefined
  if (!channel) return { stop: () => undefined }
  let waiting: SharedCount[] = []
  const flush = () => {
    const counts = waiting
    waiting = []
    channel.send(counts)
  }
  rateLimits.shareWith((shared) => {
    if (waiting.length === 0) setImmediate(flush)
    waiting.push(shared)
  })
  const stop = channel.listen((counts) => {
    for (const each of counts) rateLimits.receive(each)
  })
  return { stop }
}

interface Channel {
  send(counts: readonly SharedCount[]): void
  /** Gives how to stop. */
  listen(take: (counts: readonly unknown[]) => void): () => void
}

function throughFirstProcess(): Channel {
  return {
    send: (counts) => {
      // The first process may be gone: then this one is about to end, too.
      process.send?.({ counts } satisfies CountMessage, undefined, undefined, () => undefined)
    },
    listen(take) {
      const listener = (message: unknown) => {
        if (isCountMessage(message)) take(message.counts)
      }
      process.on('message', listener)
      return () => process.off('message', listener)
    },
  }
}

/** Below the 8000 bytes that a notification may have. */
const mostTogether = 60

function throughDatabase(broadcast: Broadcast): Channel {
  return {
    send(counts) {
      for (let from = 0; from < counts.length; from += mostTogether)
        broadcast.send(JSON.stringify(counts.slice(from, from + mostTogether)))
    },
    listen: (take) =>
      broadcast.listen((text) => {
        const counts: unknown = JSON.parse(text)
        if (Array.isArray(counts)) take(counts)
      }),
  }
}

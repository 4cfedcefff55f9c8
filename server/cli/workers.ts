import cluster, { type Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import { AggregatorRegistry } from 'prom-client'
import type { Logger } from '../logger.ts'
import { isCountMessage } from '../rate-limits/rate-limits.ts'
import { isQuestion, replyTo } from '../several-processes.ts'
import { endsWithinMs, listenForStop } from './stop-signals.ts'

/** The message by which the first process stops the others. */
const stopMessage = 'stop'

const pauseBeforeReplacementMs = 1000

/**
 * Runs several processes that answer on the same port, and replaces each that dies. The first worker starts alone, so that demo content is made
 * once and a faulty start ends everything.
 */
export async function runWorkers(count: number, logger: Logger): Promise<void> {
  const metrics = new AggregatorRegistry()
  let isStopping = false
  let hasBegun = false
  const stopped = Promise.withResolvers<void>()
  const stop = (reason: string) => {
    isStopping = true
    logger.info({ reason }, 'stopping: the processes finish their open requests')
    for (const worker of Object.values(cluster.workers ?? {})) tell(worker, stopMessage)
    if (Object.keys(cluster.workers ?? {}).length === 0) stopped.resolve()
  }
  listenForStop(stop)
  cluster.on('exit', async (worker, code, signal) => {
    if (isStopping) {
      if (Object.keys(cluster.workers ?? {}).length === 0) stopped.resolve()
      return
    }
    // The first worker failed to start and has printed why, so everything ends.
    if (!hasBegun) return
    logger.error({ worker: worker.id, code, signal }, 'a process ended and is replaced')
    await sleep(pauseBeforeReplacementMs)
    if (!isStopping) cluster.fork()
  })
  // A worker that was still starting did not get the message.
  cluster.on('message', (worker, message) => {
    if (isQuestion(message))
      void metrics.clusterMetrics().then(
        (text) => tell(worker, replyTo(message, text)),
        (error: unknown) => logger.warn({ err: error }, 'the processes did not send their metrics'),
      )
    else if (isCountMessage(message)) handOn(worker, message)
    else if (isStopping) tell(worker, stopMessage)
  })
  const code = await readiness(cluster.fork())
  if (code !== undefined) process.exit(code)
  hasBegun = true
  for (let started = 1; started < count && !isStopping; started++) cluster.fork()
  await stopped.promise
}

/** Passes what one process has counted on to all others. */
function handOn(from: Worker, message: object): void {
  for (const worker of Object.values(cluster.workers ?? {})) if (worker !== from) tell(worker, message)
}

/** A worker that ends at this moment gets no message. */
function tell(worker: Worker | undefined, message: string | object): void {
  if (worker?.isConnected()) worker.send(message, () => undefined)
}

/** Undefined once the worker answers; its exit code when it ended before that. */
function readiness(worker: Worker): Promise<number | undefined> {
  return new Promise((resolve) => {
    worker.once('message', () => resolve(undefined))
    worker.once('exit', (code) => resolve(code ?? 1))
  })
}

/** Called in a worker at its start. The first process handles signals for the whole group, so a worker ignores them. */
export function leaveSignalsToFirstProcess(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
}

export function listenToFirstProcess(stop: (reason: string) => void): void {
  let isTold = false
  const stopOnce = (reason: string) => {
    if (isTold) return
    isTold = true
    setTimeout(() => process.exit(1), endsWithinMs).unref()
    stop(reason)
  }
  process.on('message', (message) => {
    if (message === stopMessage) stopOnce('the first process asks')
  })
  process.on('disconnect', () => stopOnce('the first process is gone'))
  process.send?.('ready')
}

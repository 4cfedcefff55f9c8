import type { onRequestHookHandler } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Limits } from '../limits.ts'
import { currentWork, RequestWork, runAsWork } from '../request-work.ts'

/** Makes every request one piece of work with its own bounds. The entries of a Bundle are part of the work of the Bundle. */
export function countWork(limits: Limits, clock: Clock): onRequestHookHandler {
  return (_request, reply, done) => {
    if (currentWork()) return done()
    const { raw } = reply
    const isGone = () => raw.closed && !raw.writableFinished
    const work = new RequestWork({
      limits,
      ticks: clock.ticks,
      isGone,
      onGone(call) {
        const tell = () => {
          if (isGone()) call()
        }
        raw.once('close', tell)
        return () => void raw.off('close', tell)
      },
    })
    runAsWork(work, done)
  }
}

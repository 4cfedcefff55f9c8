import type { Actor } from './actors.ts'
import type { Fault } from './check-answer.ts'
import type { Composed } from './compose.ts'
import type { Answer } from './send.ts'

interface Finding {
  fault: Fault
  composed: Composed
  answer: Answer
  index: number
  curl: string
}

/** The same fault is printed so often, and counted after that. */
const mostPrinted = 3

/** Prints what was found, and counts everything. */
export function createFindings(print: (line: string) => void) {
  const statuses = new Map<string, number>()
  const times = new Map<string, number>()
  let requests = 0
  let slowest = { seconds: 0, what: '' }
  const tally = (key: string, lines: string[]) => {
    const seen = (times.get(key) ?? 0) + 1
    times.set(key, seen)
    if (seen <= mostPrinted) for (const line of lines) print(line)
  }
  return {
    count({ route, method }: Composed, { status, seconds }: Answer): void {
      requests++
      const key = `${route.area} ${status}`
      statuses.set(key, (statuses.get(key) ?? 0) + 1)
      if (seconds > slowest.seconds) slowest = { seconds, what: `${method} ${route.path}` }
    },
    add({ fault, composed, answer, index, curl }: Finding): void {
      const { actor, method, route } = composed
      const key = `${fault.kind}: ${method} ${route.path} ${answer.status}`
      tally(key, [
        '',
        `FOUND ${fault.kind} (request ${index}) by ${actor.name}: ${method} ${route.path} ${answer.status}`,
        `  ${fault.detail}`,
        `  ${curl}`,
      ])
    },
    addLost(lost: ReadonlyArray<{ actor: Actor; status: number }>): void {
      for (const { actor, status } of lost)
        tally(`lost access: ${actor.name}`, [
          '',
          `FOUND lost access: the token of ${actor.name} answers ${status}`,
        ])
    },
    addEnd(reason: string): void {
      tally('the process died', ['', `FOUND the process died: ${reason}`])
    },
    total: () => [...times.values()].reduce((sum, count) => sum + count, 0),
    summarize({ seed, peakMegabytes }: { seed: number; peakMegabytes: number | undefined }): void {
      print(
        [
          '',
          `${requests} requests with seed ${seed}; slowest ${slowest.seconds.toFixed(2)} s (${slowest.what}); at most ${peakMegabytes ?? '?'} MB.`,
        ].join('\n'),
      )
      for (const [key, count] of [...statuses].sort()) print(`  ${key}: ${count}`)
      print(times.size === 0 ? 'Nothing was found.' : 'Findings:')
      for (const [key, count] of times) print(`  ${count} × ${key}`)
    },
  }
}

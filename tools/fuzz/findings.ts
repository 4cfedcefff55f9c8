import { appendFileSync } from 'node:fs'
import type { Actor } from './actors.ts'
import type { Fault } from './check-answer.ts'
import type { Composed } from './compose.ts'
import { type Answer, curlOf } from './send.ts'

interface Finding {
  fault: Fault
  composed: Composed
  answer: Answer
  index: number
  url: string
}

/** The same fault is printed so often. Further ones are only counted. */
const mostPrinted = 3
const longestAnswer = 200_000
const longestPrinted = 4000

type StatusClass = '2xx' | '3xx' | '4xx' | '5xx' | 'none'

const statusClasses: readonly StatusClass[] = ['2xx', '3xx', '4xx', '5xx', 'none']

interface FindingsDeps {
  print(line: string): void
  /** Takes each finding when it comes, as a line of JSON. */
  file: string
  seed: number
}

/** Prints findings, writes each with the whole request, and counts everything. */
export function createFindings({ print, file, seed }: FindingsDeps) {
  const routes = new Map<string, Map<StatusClass, number>>()
  const times = new Map<string, number>()
  const notes: string[] = []
  let requests = 0
  let peakMegabytes: number | undefined
  let slowest = { seconds: 0, what: '' }

  const keep = (key: string, finding: object, lines: string[]) => {
    const seen = (times.get(key) ?? 0) + 1
    times.set(key, seen)
    appendFileSync(file, `${JSON.stringify({ key, seed, at: new Date().toISOString(), ...finding })}\n`)
    if (seen <= mostPrinted) for (const line of ['', ...lines]) print(line)
  }

  return {
    count({ route, method }: Composed, { status, seconds }: Answer): void {
      requests++
      const key = `${route.area} ${route.path}`
      const statuses = routes.get(key) ?? new Map<StatusClass, number>()
      routes.set(key, statuses)
      const group = classOf(status)
      statuses.set(group, (statuses.get(group) ?? 0) + 1)
      if (seconds > slowest.seconds) slowest = { seconds, what: `${method} ${route.path}` }
    },
    add({ fault, composed, answer, index, url }: Finding): void {
      const { actor, method, route, path, headers, body } = composed
      const curl = curlOf(url, composed)
      keep(
        `${fault.kind}: ${method} ${route.path} ${answer.status}`,
        {
          ...{ index, actor: actor.name, detail: fault.detail, method, path, headers, body },
          ...{ status: answer.status, answer: answer.text.slice(0, longestAnswer), curl },
        },
        [
          `FOUND ${fault.kind} (request ${index}) by ${actor.name}: ${method} ${route.path} ${answer.status}`,
          `  ${fault.detail}`,
          `  ${curl.slice(0, longestPrinted)}`,
        ],
      )
    },
    addLost(lost: ReadonlyArray<{ actor: Actor; status: number }>): void {
      for (const { actor, status } of lost)
        keep(`lost access: ${actor.name}`, { status }, [
          `FOUND lost access: the token of ${actor.name} answers ${status}`,
        ])
    },
    addEnd(reason: string): void {
      keep('the process died', { reason }, [`FOUND the process died: ${reason}`])
    },
    /** A failure of the fuzzer itself. Without findings such a run proves nothing. */
    addFailure(error: unknown): void {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
      keep('the fuzzer failed', { detail }, [`FOUND the fuzzer failed: ${detail}`])
    },
    /** For the summary. */
    note: (line: string) => notes.push(line),
    noteMemory(megabytes: number | undefined): void {
      peakMegabytes = megabytes ?? peakMegabytes
    },
    progress(minute: number): void {
      print(
        `minute ${minute}: ${requests} requests, ${sumOf(times)} findings, ${peakMegabytes ?? '?'} MB at most`,
      )
    },
    total: () => sumOf(times),
    summarize(): void {
      const all = new Map<StatusClass, number>()
      for (const statuses of routes.values())
        for (const [group, count] of statuses) all.set(group, (all.get(group) ?? 0) + count)
      print('')
      print(
        `${requests} requests with seed ${seed}; slowest ${slowest.seconds.toFixed(2)} s (${slowest.what}); at most ${peakMegabytes ?? '?'} MB.`,
      )
      for (const note of notes) print(note)
      print(`  all: ${describe(all)}`)
      for (const [key, statuses] of [...routes].sort()) print(`  ${key}: ${describe(statuses)}`)
      print(times.size === 0 ? 'Nothing was found.' : `Findings, with their requests in ${file}:`)
      for (const [key, count] of times) print(`  ${count} × ${key}`)
    },
  }
}

export type Findings = ReturnType<typeof createFindings>

function sumOf(times: ReadonlyMap<unknown, number>): number {
  return [...times.values()].reduce((sum, count) => sum + count, 0)
}

function classOf(status: number): StatusClass {
  if (status < 100) return 'none'
  return status < 300 ? '2xx' : status < 400 ? '3xx' : status < 500 ? '4xx' : '5xx'
}

function describe(statuses: ReadonlyMap<StatusClass, number>): string {
  return statusClasses
    .filter((group) => statuses.has(group))
    .map((group) => `${group} ${statuses.get(group)}`)
    .join(', ')
}

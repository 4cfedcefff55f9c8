/** For so long this process may work on one thing before others have their turn, in ms. */
const longestMs = 3

let since = performance.now()

/** Long work that waits for its next turn. Whoever holds a lock that others wait for comes first. */
const urgent: Array<() => void> = []
const waiting: Array<() => void> = []

/**
 * Lets others have their turn when this process has worked for a while: called in loops of work that may be long, such as a transaction
 * of thousands of records on SQLite, whose statements never wait. Undefined when it is not time yet.
 *
 * Of all the long work only one piece goes on in each turn of the event loop, so that a short request waits for one of them and not for all.
 */
export function breathe({ holdsLock = false } = {}): Promise<void> | undefined {
  if (performance.now() - since < longestMs) return undefined
  return new Promise((goOn) => {
    if (urgent.length + waiting.length === 0) setImmediate(takeTurn)
    if (holdsLock) urgent.push(goOn)
    else waiting.push(goOn)
  })
}

function takeTurn(): void {
  const goOn = urgent.shift() ?? waiting.shift()
  since = performance.now()
  goOn?.()
  // Work that was let go on now waits again, if at all, after the others.
  if (urgent.length + waiting.length > 0) setImmediate(takeTurn)
}
